"""One name for a type of GPU, whoever names it.

A stack says ``H100`` or ``nvidia-h100``, a node's label ``NVIDIA-H100-80GB-HBM3``, its driver
``NVIDIA H100 80GB HBM3``. Parts of a GPU (MIG) and GPUs that are shared by time are types of their
own: what one of them costs is not what the whole costs.
"""

import re

_VENDORS = {"nvidia", "amd", "intel", "tesla", "instinct", "geforce", "quadro", "corporation"}
_MIG = re.compile(r"[\s-]MIG[\s-](?P<profile>[0-9a-z.]+)", flags=re.IGNORECASE)
_SHARED = re.compile(r"[\s-]shared$", flags=re.IGNORECASE)
_FAMILIES = {"rtx", "gtx", "arc", "tpu"}
_EDITIONS = {"ada", "pro", "super", "ti"}
"""Words before and after the number that are part of a model's name."""


def normal(name: str) -> str:
    """The common name.

    >>> normal("nvidia-h100"), normal("NVIDIA H100 80GB HBM3"), normal("NVIDIA-A100-SXM4-80GB")
    ('H100', 'H100', 'A100')
    >>> normal("NVIDIA-A100-SXM4-80GB-MIG-1g.10gb"), normal("Tesla-T4-SHARED")
    ('A100 MIG 1g.10gb', 'T4 shared')
    """
    text = name.strip()
    shared = _SHARED.search(text)
    text = _SHARED.sub("", text)
    part = _MIG.search(text)
    text = _MIG.sub("", text)
    words = [word for word in re.split(r"[\s_-]+", text) if word.casefold() not in _VENDORS]
    model = _model(words) or text
    more = [f"MIG {part['profile']}"] if part else []
    return " ".join([model, *more, *(["shared"] if shared else [])])


def _model(words: list[str]) -> str:
    """The first word with a digit, with the words around it that belong to the name."""
    for number, word in enumerate(words):
        if any(map(str.isdigit, word)):
            family = [one.upper() for one in words[:number] if one.casefold() in _FAMILIES]
            after = words[number + 1 : number + 2]
            edition = [one.capitalize() for one in after if one.casefold() in _EDITIONS]
            return " ".join([*family, word.upper(), *edition])
    return " ".join(words)
