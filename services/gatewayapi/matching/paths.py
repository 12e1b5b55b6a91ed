"""Paths of requests: in the form that is compared, and with their prefix replaced."""

from urllib.parse import quote, unquote

_SAFE = "/%!$&'()*+,;=:@~-._"


def split(target: str) -> tuple[str, str]:
    """A request target's path, and its query with the question mark ("" without one)."""
    path, mark, query = target.partition("?")
    return path or "/", mark + query


def compared(path: str) -> str:
    """A path as it is compared: decoded, without dot segments (RFC 3986, 6.2.2).

    An encoded slash stays encoded: it divides no elements.
    """
    if "%" in path:
        head, *rest = _encoded_slashes(path)
        path = unquote(head) + "".join("%2F" + unquote(part) for part in rest)
    return _without_dots(path) if "/." in path else path


def as_nginx(path: str) -> str | None:
    """A path as nginx compares it: encoded slashes divide elements too, and several in a row are
    one. None where it leaves its root, which nginx refuses."""
    if "%" in path:
        path = unquote(path)
    while "//" in path:
        path = path.replace("//", "/")
    if "/." not in path:
        return path
    depth = 0
    for part in path.split("/")[1:]:
        if part == "..":
            depth -= 1
        elif part not in (".", ""):
            depth += 1
        if depth < 0:
            return None
    return _without_dots(path)


def encoded(path: str) -> str:
    """A path as it may be sent, with what is encoded already left so."""
    return quote(path, safe=_SAFE)


def prefixes(path: str) -> list[str]:
    """The prefixes by element that a path has, longest first, without their trailing slash: "/a/b"
    has "/a/b", "/a" and ""."""
    found = [path]
    at = path.rfind("/")
    while at >= 0:
        shorter = path[:at]
        if shorter != found[-1]:
            found.append(shorter)
        at = path.rfind("/", 0, at)
    return found


def replaced(path: str, prefix: str, replacement: str) -> str:
    """A path with a matched prefix replaced (HTTPPathModifier.replacePrefixMatch)."""
    rest = path[len(prefix.rstrip("/")) :]
    return replacement.rstrip("/") + rest if rest else replacement or "/"


def _encoded_slashes(path: str) -> list[str]:
    return path.replace("%2f", "%2F").split("%2F")


def _without_dots(path: str) -> str:
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            if kept:
                kept.pop()
        elif part != ".":
            kept.append(part)
    if parts[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
