"""Whether the certificates of a bundle are the chain that a server has to send.

RFC 8446, 4.4.2: the server's own first, then each one's issuer. Nobody outside knows which roots a
client trusts, so what is said is how far the bundle itself leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from services.certificates.parsing import Parsed

State = Literal["root", "authority", "alone", "self_signed", "broken"]


@dataclass(frozen=True, slots=True)
class Chain:
    """How far a bundle leads.

    ``state``: *root*, up to a root that it or the ``ca.crt`` beside it holds; *authority*, up to an
    authority whose issuer is not in it; *alone*, only the certificate itself; *self_signed*, which
    is its own issuer; *broken*, as ``problem`` says. ``message`` is one sentence. ``incomplete``
    is whether clients probably need a certificate that is not sent: the last one tells where its
    issuer is fetched, so that issuer is no root.
    """

    state: State
    message: str
    problem: str = ""
    incomplete: bool = False


def chain(certificates: Sequence[Parsed], trusted: Sequence[Parsed] = ()) -> Chain:
    """Judge a bundle, its leaf first, with the authorities that are stored ``trusted`` beside."""
    leaf = certificates[0]
    if leaf.self_signed and len(certificates) == 1:
        return Chain("self_signed", "It is its own issuer, so clients must trust it by itself.")
    for number, (one, above) in enumerate(pairwise(certificates), 1):
        if above.issued(one):
            continue
        return _broken(certificates, number, one, above)
    last = certificates[-1]
    if last.self_signed:
        return Chain("root", f"Each is issued by the next, up to the root {last.common_name}.")
    root = next((one for one in trusted if one.issued(last)), None)
    if root is not None:
        return Chain("root", f"It leads to {root.common_name}, which lies beside it in ca.crt.")
    if leaf is last:
        said = f"Only the certificate itself; its issuer {leaf.issuer_name} is not sent."
        return Chain("alone", said, incomplete=leaf.issuer_is_told)
    said = f"It leads to {last.common_name}, whose issuer {last.issuer_name} is not in it."
    return Chain("authority", said, incomplete=False)


def _broken(certificates: Sequence[Parsed], number: int, one: Parsed, above: Parsed) -> Chain:
    place = next((at for at, other in enumerate(certificates, 1) if other.issued(one)), None)
    if place is not None and place != number:
        problem = (
            f"Certificate {number} ({one.common_name}) is issued by certificate {place}, which "
            f"has to follow it at once."
        )
    elif one.authority and number == 1 and not all(other.authority for other in certificates):
        problem = "The server's certificate is not the first; its issuers have to follow it."
    else:
        problem = (
            f"Certificate {number + 1} ({above.common_name}) did not issue certificate {number}, "
            f"whose issuer is {one.issuer_name}."
        )
    return Chain("broken", problem, problem)


def ordered(certificates: Sequence[Parsed]) -> list[Parsed]:
    """The same certificates in the order that a server sends them, as far as they hang together:
    the one that issued no other first, each followed by its issuer, the rest as they were."""
    rest = list(certificates)
    first = next(
        (one for one in rest if not any(one is not other and one.issued(other) for other in rest)),
        rest[0],
    )
    made = []
    following: Parsed | None = first
    while following is not None:
        made.append(following)
        rest.remove(following)
        last = following
        following = next((one for one in rest if one.issued(last)), None)
    return [*made, *rest]
