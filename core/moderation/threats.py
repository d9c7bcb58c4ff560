"""What threatens somebody: said to them, by who means to do it (pure).

Readers of the news speak of killing all day, and of the "plaza" for which cartels fight. So a
threat is only found where somebody says that they themselves will do something, or tells somebody
what will be done to them, or wishes it on them, or bids them do it to themselves. Every pattern is
bounded.
"""

from __future__ import annotations

import re

from core.moderation.glance import seen_in

SPACE = r"\s{1,2}"
"""Stands as "_" in the patterns."""
_HARM = (
    r"(?:matar|quemar|levantar(?!\s{1,2}(?:una?|el|la)\b)|descuartizar|desaparecer|quebrar|reventar|"
    r"ejecutar|encobijar|secuestrar|balear|acribillar|torturar|violar|chingar|hacer\s{1,2}(?:pedazos|picadillo|mierda|carnitas)|partir\s(?:la|tu|su))"
)
_KIN = (
    r"(?:(?:whole|entire|toda)\s{1,2})?(?:family|kids|children|wife|husband|mother|mom|sons?|"
    r"daughters?|familia|hij[oa]s?|espos[oa]|madre|mam[aá])"
)
_LEFT = r"(?:encobijad|embolsad|encajuelad|descuartizad|colgad)[oa]s?"
_DONE = rf"(?:{_LEFT}|muert[oa]s?)"
_BULLET = r"(?:un(?:os)?\s{1,2})?(?:balazo|plomazo|tiro|bala|plomo)s?"
_SPANISH = re.compile(
    rf"""\b(?:
        te_(?:vamos|voy|van|va)_a_{_HARM}
      | (?:los|las|les|lo|la)_(?:vamos|voy)_a_{_HARM}
      | (?:vamos|voy)_a_(?:mat|quem|levant|quebr|revent|ejecut|desaparec)[ae]r(?:te|los|las)\b
      | (?:te|les|los|las)_(?:vamos|voy)_a_(?:dar_(?:piso|cuello|{_BULLET})|meter_{_BULLET})\b
      | te_(?:vamos|voy)_a_encontrar(?=\W{{0,3}}(?:$|[,.!]|y\b|cu[ií]date))
      | te_vas_a_morir\b
      | (?:vamos|voy|van)_por_(?:ti|ustedes|tu_{_KIN})\b
      | (?:sabemos|s[eé])_(?:bien_)?(?:en_)?d[oó]nde_(?:vives|viven|trabajas|
        trabajan|est[aá]s|viven?_tus?|est[aá]n?_tus?|(?:estudi|trabaj)an?_tus?)\b
      | sabemos_qui[eé]n(?:es)?_(?:eres|son)\b
      | te_(?:ubicamos|ubiqu[eé]|(?:tenemos|tengo)_(?:bien_)?(?:ubicad|checad|vigilad|
        identificad)[oa])
      | te_va_a_(?:cargar|llevar)_(?:la|el)_(?:verga|chingada|diablo|pay[aá]so)
      | vas_a_(?:amanecer|aparecer|terminar|acabar)_(?:\w{{1,10}}_){{0,2}}{_DONE}
      | van_a_amanecer_(?:\w{{1,10}}_){{0,2}}{_LEFT}
      | ojal[aá]_(?:que_)?te_(?:maten|mueras|quemen|levanten|violen|descuarticen|desaparezcan)\b
      | (?:m[aá]ta|suic[ií]da|ah[oó]rca|cu[eé]lga)te\b(?!_del?\b)
      | (?:eres|ser[aá]s|sigues)_(?:el|la)_(?:siguiente|pr[oó]xim[oa])(?=\W{{0,3}}(?:$|[,.!]))
      | tu_{_KIN}_(?:lo_)?va_a_(?:pagar|morir|sufrir)
      | (?:vamos|voy)_a_calentar(?:les|te|le)?_(?:la|esta|su|tu)_plaza
      | plaza_(?:ya_)?(?:es_(?:nuestra|m[ií]a)|tiene_due[ñn]o)\b[^\n]{{0,60}}?\b
        (?:van?_a_morir|matar|plomo|quemar|l[aá]rg[au]en|muert[oe])
    )""".replace("_", SPACE),
    re.VERBOSE | re.IGNORECASE,
)
_WILL = (
    r"(?:i|we)\s?(?:(?:'|’)?(?:ll|m|re)|will|am|are)?\s{0,2}(?:going\s{1,2}to|gonna)?\s{1,2}"
    r"(?:\w{1,8}ing\s{1,2})?"
)
_VERBS = (
    r"(?:kill|murder|shoot|burn|behead|gut|hurt|hunt|skin|rape|stab|slaughter|strangle|execute)"
)
_ENGLISH = re.compile(
    rf"""\b(?:
        {_WILL}{_VERBS}_
        (?:you|u|ya|ur|your|y['’]all|(?:all|each|every_(?:single_)?one)_of_(?:you|u))\b
        (?!_(?:an?|the|some)\b)
      | {_WILL}find_(?:you|u|ya)_and_(?:{_VERBS}|(?:you|u)_(?:will|are)|cut|end|bury|break|
        make_(?:you|u))\b
      | {_WILL}put_(?:an?|the|one|two)_bullets?_(?:in|into|through)_(?:you|your|ur)\b
      | {_WILL}(?:slit|cut)_(?:your|ur)_(?:throat|head|neck|tongue)\b
      | (?:you['’]?re|you_are|ur)_a_dead_(?:man|woman|bitch)\b
      | (?:you|u)(?:['’]?d|_had)?_better_watch_(?:your|ur)_back\b
      | watch_(?:your|ur)_back\W{{1,3}}(?:we|i|snitch|rat|bitch)\b
      | kill_(?:yourself|yourselves|urself)\b
      | kys\b
      | hope_(?:you|u)_(?:all_)?(?:die|bleed|burn_in_hell|get_(?:shot|killed|raped)(?!_of))\b
      | hope_(?:someone|somebody|they|he)_(?:\w{{1,8}}_)?(?:{_VERBS}s?)_(?:you|u)\b
      | (?:i|we)_(?:all_)?know_where_(?:you|u|ur|your)_
        (?:{_KIN}_)?(?:lives?|works?|sleeps?|stays?|are\b(?!_(?:coming|going))|is\b|goe?s?)
      | (?:i\s?(?:['’]?m|am)|we\s?(?:['’]?re|are))_coming_for_(?:you|u|your)\b
      | (?:you['’]?re|you_are|ur)_(?:next|dead)
        (?=\s{{0,2}}(?:$|[,.!]|meat|man\b|snitch|rat\b))
      | your_{_KIN}_(?:will|(?:is|are)_(?:going_to|gonna))_
        (?:all_)?(?:pay|die|suffer|burn|bleed)\b
      | (?:the|this|your)_plaza_(?:is|belongs)_(?:now_)?(?:ours|mine|to_us)\b
        [^\n]{{0,60}}?\b(?:die|kill|dead|burn|bullets?|leave)\b
    )""".replace("_", SPACE),
    re.VERBOSE | re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"[^\n]{0,20}(?:\bde\s{1,2}(?:risa|amor|ternura|aburrimiento|hambre|envidia|ganas|calor|fr[ií]o|"
    r"viej[oa]s?)|\bwith\s{1,2}(?:love|kindness)|\blaughing)",
    re.IGNORECASE,
)
_HINTS = (
    "matar quemar levantar descuartizar desaparecer quebrar reventar ejecutar encobijar plaza "
    "secuestrar balear acribillar torturar violar chingar partir matarte matarlos quemarte ubi "
    "ti ustedes vives viven trabajas vive estas estás ubicamos ubique ubiqué ubicado ubicada "
    "cargar llevar amanecer aparecer terminar acabar siguiente próximo próxima proximo familia "
    "kill murder shoot burn behead gut hurt hunt skin know coming next dead your levantarte "
    "quebrarte reventarte ejecutarte desaparecerte quemarlos levantarlos matarlas checado "
    "trabajan están estan estudia estudian trabaja ojalá ojala mátate matate suicídate suicidate "
    "ahórcate ahorcate cuélgate cuelgate morir van find bullet bullets slit cut rape stab "
    "slaughter strangle execute watch hope kys yourself yourselves urself "
    "vigilado identificado vamos voy tu pedazos picadillo eres son"
)
_TELLING = frozenset(_HINTS.split())


def threat(text: str) -> str:
    """A threat against somebody, in English or Spanish."""
    if _TELLING.isdisjoint(seen_in(text).words):
        return ""
    for pattern in (_SPANISH, _ENGLISH):
        for found in pattern.finditer(text):
            if not _HARMLESS.match(text, found.end()):
                return found[0].strip()
    return ""
