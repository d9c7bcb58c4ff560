"""The commands' own names in other languages, for platforms whose pickers show such names. What the
platform tells back, and what people may write everywhere, is the English name.

A language that is not here has English names. One word each, lower case, none twice.
"""

from __future__ import annotations

from collections.abc import Mapping

COMMAND_NAMES: Mapping[str, Mapping[str, str]] = {
    "es": {
        "help": "ayuda",
        "policy": "normas",
        "edit": "editar",
        "delete": "borrar",
        "reply": "responder",
        "appeal": "recurrir",
        "notify": "avisos",
        "report": "denunciar",
        "queue": "cola",
        "approve": "aprobar",
        "reject": "rechazar",
        "remove": "retirar",
        "restore": "restaurar",
        "deny": "denegar",
        "undo": "deshacer",
        "trust": "confiar",
        "premoderate": "premoderar",
        "amend": "enmendar",
        "warn": "advertir",
        "mute": "silenciar",
        "ban": "vetar",
        "unban": "levantar",
        "feature": "destacar",
        "pin": "fijar",
        "move": "mover",
        "lock": "bloquear",
        "unlock": "desbloquear",
        "close": "cerrar",
        "merge": "unir",
        "mode": "modo",
        "options": "opciones",
        "slow": "lento",
        "words": "palabras",
        "publish": "publicar",
        "pictures": "imágenes",
        "retract": "despublicar",
        "why": "porqué",
        "replay": "reintentar",
        "history": "historial",
        "moderators": "moderadores",
        "stats": "cifras",
        "transparency": "transparencia",
        "connect": "conectar",
        "spam": "spam",
        "privacy": "privacidad",
        "export": "exportar",
        "forget": "olvidar",
        "note": "nota",
    },
}

OPTION_NAMES: Mapping[str, Mapping[str, str]] = {
    "es": {"comment": "comentario", "article": "artículo", "subject": "asunto", "text": "texto"},
}


def command_name(language: str, name: str) -> str:
    """A command's name in a language of the catalogues; its English one where it has none."""
    return COMMAND_NAMES.get(language, {}).get(name, name)
