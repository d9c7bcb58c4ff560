"""What in a text may endanger somebody: where a person can be called, found or followed (pure).

Each finder gives the author's own words, "" where there is nothing. They are made for precision:
readers name each other by times ("5:44", "@0301"), and articles are full of dates, counts and
prices. Every pattern is bounded, so that the time grows with the text's length alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import islice

from core.moderation.documents import document
from core.moderation.glance import seen_in
from core.moderation.phones import phone
from core.moderation.threats import threat

Finder = Callable[[str], str]

MOST = 100
"""Signs of an e-mail address that are looked at."""
SHOWN = 80
"""Characters of the words that are shown."""

# Addresses

_CAPITAL = r"[A-ZÁÉÍÓÚÑÜ][\w'’.\-]{0,25}"
_STREET = (
    r"(?i:street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|terrace|highway|"
    r"hwy|circle|cir|parkway|pkwy|square|sq)\b"
)
_ENGLISH = re.compile(
    rf"(?<![\d.,:$#@/-])\d{{1,5}}[a-zA-Z]?\s{{1,2}}(?:(?:[NSEW]\.?|North|South|East|West)\s{{1,2}})?"
    rf"(?!Supreme|Federal|District|High|Superior|Tiananmen|Times\s{{1,2}}Square|Points)(?:{_CAPITAL}|\d{{1,3}}(?:st|nd|rd|th))"
    rf"(?:\s{{1,2}}{_CAPITAL}){{0,2}}\s{{1,2}}{_STREET}"
)
_ENGLISH_HOME = re.compile(
    r"\b(?:lives?|living|address|house|home|resides?|stays?|staying|located|hiding|found)\b"
    r"[^\d\n]{0,25}\b\d{1,5}\s{1,2}(?:[\w'’.\-]{1,20}\s{1,2}){1,3}"
    r"(?:street|avenue|ave|road|boulevard|blvd|lane|drive|court|terrace|highway|circle|parkway)\b",
    re.IGNORECASE,
)
_KIND = (
    r"(?i:c/|(?:calle|avenida|avda|av|calzada|calz|boulevard|bulevar|blvd|carretera|privada|priv|"
    r"andador|cerrada|prolongaci[oó]n|paseo|callej[oó]n|circuito|camino|ronda|travesía)\b)\.?"
)
_LINKING = r"(?:de|del|la|las|los|el|y|San|Santa)"
_SPANISH = re.compile(
    rf"(?<!\w){_KIND}\s{{1,2}}(?:{_LINKING}\s{{1,2}}){{0,3}}{_CAPITAL}"
    rf"(?:\s{{1,2}}(?:{_LINKING}\s{{1,2}}){{0,2}}{_CAPITAL}){{0,4}}"
    r",?\s{0,2}(?:#|(?i:n[uú]m(?:ero)?|no|n[º°]|n)\b\.?)?\s{0,2}\d{1,5}\b(?!\s*(?:personas|años|"
    r"horas|días|minutos|muert|hombres|policías|mil)\b|:)"
)
_SPANISH_NUMBERED = re.compile(
    r"(?<!\w)(?:calle|c/|avenida|avda|av|calzada|blvd|boulevard|privada|cerrada|colonia|col)\b\.?"
    r"\s{1,2}(?:[\w'’.\-]{1,25},?\s{1,2}){1,5}(?:#\s?|n[uú]m(?:ero)?\.?\s{1,2}|no\.\s?|n[º°]\s?)"
    r"\d{1,5}\b",
    re.IGNORECASE,
)
_MONTH = (
    r"(?i:enero|febrero|marzo|abril|mayo|junio|julio|agosto|se[pt]{1,2}iembre|octubre|noviembre|"
    r"diciembre)"
)
_SPANISH_DATED = re.compile(
    rf"(?<!\w){_KIND}\s{{1,2}}\d{{1,2}}\s{{1,2}}de\s{{1,2}}{_MONTH},?\s{{1,2}}"
    r"(?:#\s?|(?i:n[uú]m(?:ero)?|no|n[º°])\.?\s{1,2})?(?!(?:19|20)\d\d\b)\d{1,5}\b(?!\s{1,2}[a-z]|:)"
)
_CORNER = re.compile(
    r"\b(?:lives?|works?|stays?|sells?|house|vive[ns]?|trabaja[ns]?|vende[ns]?|casa|negocio)\b"
    r"[^\n.]{0,40}\b(?:corner\s{1,2}of|esquina\s{1,2}(?:de|con))\s{1,2}[\w'’.]{1,25}\s{1,2}"
    r"(?:and|&|y|con)\s{1,2}[\w'’.]{1,25}",
    re.IGNORECASE,
)
_STREETS_WORDS = (
    "street st avenue ave road rd boulevard blvd lane ln drive dr court ct terrace highway hwy"
    " circle cir parkway pkwy square sq"
)
_STREETS = frozenset(_STREETS_WORDS.split())
_CALLES_WORDS = (
    "c calle avenida avda av calzada calz boulevard bulevar blvd carretera privada priv andador"
    " cerrada prolongación prolongacion paseo callejón callejon camino ronda travesía colonia"
    " col circuito"
)
_CALLES = frozenset(_CALLES_WORDS.split())
"""One of these words stands in every address that the patterns find."""
_CORNERS = frozenset(("corner", "esquina"))
_LOTS = frozenset(("manzana", "mza", "mz"))
_POSTAL = frozenset(("c", "cp"))
_LOT = re.compile(
    r"\b(?:manzana|mza|mz)\b\.?\s{0,2}\d{1,4}\W{1,3}(?:lote|lt)\b\.?\s{0,2}\d{1,4}\b", re.IGNORECASE
)
_POSTCODE = re.compile(r"\bc\.?\s?p\.?:?\s{0,2}\d{5}\b", re.IGNORECASE)


def address(text: str) -> str:
    """A house in a street, or somebody's corner of two, in English or Spanish."""
    seen = seen_in(text)
    if not _CORNERS.isdisjoint(seen.words) and (corner := _CORNER.search(text)):
        return corner[0].strip()[-SHOWN:]
    if not seen.digits:
        return ""
    patterns = list[re.Pattern[str]]()
    if not _STREETS.isdisjoint(seen.words):
        patterns += (_ENGLISH, _ENGLISH_HOME)
    if not _CALLES.isdisjoint(seen.words):
        patterns += (_SPANISH, _SPANISH_NUMBERED, _SPANISH_DATED)
    if not _LOTS.isdisjoint(seen.words):
        patterns.append(_LOT)
    if not _POSTAL.isdisjoint(seen.words):
        patterns.append(_POSTCODE)
    for pattern in patterns:
        if found := pattern.search(text):
            return found[0].strip()[-SHOWN:]
    return ""


# Number plates

_PLATE_NAMED = re.compile(
    r"\b(?:license\s+plates?|licence\s+plates?|plates?|placas?|matr[ií]culas?|patentes?)\b"
    r"[^\w\n]{0,3}"
    r"(?:de\s{1,2}[^\W\d_]{3,15}\s{1,2}(?=\w{1,4}[ \-]|\w{5,8}\b))?"
    r"(?:(?:number|no|n[uú]mero|n[uú]m|are|is|es|son|de|del|con|reads?)\b[^\w\n]{0,3})"
    r"{0,3}([A-Za-z0-9]{1,4}(?:[ \-][A-Za-z0-9]{1,4}){0,2}|[A-Za-z0-9]{5,8})\b",
    re.IGNORECASE,
)
_PLATES_WORDS = (
    "plate plates placa placas matricula matriculas matrícula matrículas patente patentes"
)
_PLATES = frozenset(_PLATES_WORDS.split())
_PLATE_MEXICO = re.compile(
    r"(?<![\w-])(?:[A-Z]{3}-\d{2}-\d{2}|[A-Z]{3}-\d{3}-[A-Z]|[A-Z]-\d{3}-[A-Z]{3}|"
    r"[A-Z]{2}-\d{4}-[A-Z]|[A-Z]{2}-\d{2}-\d{3})(?![\w-])"
)
_PLATE_SPAIN = re.compile(r"(?<![\w-])\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}(?![\w-])")
_YEARS = ("19", "20")
_UNITS = ("PTS", "HRS", "KMS", "MPH", "RPM", "LBS", "MXN", "GMT", "PST", "CST", "MST", "BTC")


def plate(text: str) -> str:
    """A vehicle's number plate: of a form that nothing else has, or named as one."""
    seen = seen_in(text)
    if not seen.digits:
        return ""
    named = not _PLATES.isdisjoint(seen.words)
    for found in _PLATE_NAMED.finditer(text) if named else ():
        signs = [c for c in found[1] if c.isalnum()]
        digits = sum(c.isdigit() for c in signs)
        if 5 <= len(signs) <= 8 and digits > 0 and (digits < len(signs) or digits > 4):
            return found[1].strip()
    for pattern in (_PLATE_MEXICO, _PLATE_SPAIN):
        for found in pattern.finditer(text):
            if not found[0].endswith(_UNITS) and not found[0].startswith(_YEARS):
                return found[0]
    return ""


# Coordinates and e-mail addresses

_DECIMAL = re.compile(
    r"(?<![\d.])([-+−]?\d{1,2}[.,]\d{4,12})\s?°?\s?[ns]?\s{0,2}[,;/ ]\s{0,2}"
    r"([-+−]?\d{1,3}[.,]\d{4,12})(?!\d)",
    re.IGNORECASE,
)
_FINE = re.compile(r"[.,]\d{4}")
"""What decimal coordinates hold twice."""
_NAMED_DEGREES = re.compile(
    r"\blat(?:itude?)?\b\W{0,3}\d{1,2}[.,]\d{3,12}[^\d\n]{1,15}\d{1,3}[.,]\d{3,12}", re.IGNORECASE
)
_DEGREES = re.compile(
    r"\d{1,3}(?:[.,]\d{1,8})?\s?[°º]\s?(?:\d{1,2}(?:[.,]\d{1,6})?\s?['′’]\s?)?"
    r"(?:\d{1,2}(?:[.,]\d{1,4})?\s?(?:[\"″”]|''|’’)\s?)?[nsewo]\b",
    re.IGNORECASE,
)
_MAPS = re.compile(
    r"(?:maps\.app\.goo\.gl|goo\.gl/maps|google\.[a-z.]{2,6}/maps|maps\.google\.|maps\.apple\.com|"
    r"openstreetmap\.org|osm\.org/|waze\.com|w3w\.co|what3words\.com)\S{0,60}|\bgeo:-?\d\S{0,40}|"
    r"///[a-zñáéíóú]{2,20}\.[a-zñáéíóú]{2,20}\.[a-zñáéíóú]{2,20}",
    re.IGNORECASE,
)
_PLUS = re.compile(r"(?<![\w+])([23456789CFGHJMPQRVWX]{4,8})\+[23456789CFGHJMPQRVWX]{2,3}(?![\w+])",
                   re.IGNORECASE)  # fmt: skip


def coordinates(text: str) -> str:
    """A point on the map: coordinates, a plus code, three words, or a link to a map."""
    if ("/" in text or "geo:" in text) and (found := _MAPS.search(text)):
        return found[0]
    if not seen_in(text).digits:
        return ""
    for found in _DECIMAL.finditer(text) if _FINE.search(text) else ():
        north, east = (float(n.replace(",", ".").replace("−", "-")) for n in found.groups())
        if abs(north) <= 90 and abs(east) <= 180:
            return found[0]
    if found := _NAMED_DEGREES.search(text):
        return found[0]
    if ("°" in text or "º" in text) and (found := _DEGREES.search(text)):
        return found[0]
    for found in _PLUS.finditer(text) if "+" in text else ():
        if any(c.isdigit() for c in found[1]) and any(c.isalpha() for c in found[1]):
            return found[0]
    return ""


_MAIL_DOMAIN = re.compile(r"@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,3}\.[A-Za-z]{2,24}\b")
_MAIL_NAME = re.compile(r"[\w.+%-]{1,64}$")
_MAIL_SPOKEN = re.compile(
    r"[\w.+-]{1,64}\s?[\[({]?\s?(?:\bat\b|arroba|@)\s?[\])}]?\s?[\w-]{2,30}\s?[\[({]?\s?"
    r"(?:\bdot\b|punto|\.)\s?[\])}]?\s?(?:com|net|org|mx|es|me|ch|info)\b",
    re.IGNORECASE,
)
_DOTTED_END = re.compile(r"\.\s?(?:com|net|org|mx|es|me|ch|info)\b")
_AT_PLACES = re.compile(
    r"(?:look|looks|be|been|was|were|is|am|are|here|work|works|stay|this|that|it|not|laugh|point|yell)"
    r"\s{1,2}at\b", re.IGNORECASE,
)  # fmt: skip
"""What stands before "at" where it is the word and not the sign."""
_SPOKEN_SIGN = re.compile(r"\bat\b|arroba|@", re.IGNORECASE)
_SPOKEN_DOT = re.compile(r"\bdot\b|punto|\.\s?(?:com|net|org|mx|es|me|ch|info)\b", re.IGNORECASE)


def email(text: str) -> str:
    """An e-mail address, also with its signs in words ("ana arroba correo punto mx")."""
    for found in _MAIL_DOMAIN.finditer(text):
        if name := _MAIL_NAME.search(text[max(0, found.start() - 64) : found.start()]):
            return name[0] + found[0]
    for sign in islice(_SPOKEN_SIGN.finditer(text), MOST) if _ends_as_mail(text) else ():
        near = text[max(0, sign.start() - 70) : sign.end() + 60]
        after = text[sign.end() : sign.end() + 60]
        if _SPOKEN_DOT.search(after) and (spoken := _MAIL_SPOKEN.search(near)):
            written = spoken[0].casefold()
            telling = any(sign in written for sign in ("@", "arroba", "dot", "punto"))
            if telling and not _AT_PLACES.match(written):
                return spoken[0].strip()
    return ""


def _ends_as_mail(text: str) -> bool:
    """It has both of what an address has whose signs are in words."""
    seen = seen_in(text)
    if not ("at" in seen.words or "@" in text or "arroba" in seen.lower):
        return False
    ends = "dot" in seen.words or "punto" in seen.lower
    return ends or _DOTTED_END.search(seen.lower) is not None


# A person beside a place

_NAME = re.compile(
    rf"(?:{_CAPITAL}\s{{1,2}}(?:(?:de|del|la|los|las|y|alias|el|\"[^\"\n]{{1,20}}\")\s{{1,2}}){{0,2}})"
    rf"{{1,3}}{_CAPITAL}[,\s]{{1,3}}(?:(?i:who|he|she|que|quien|el|ella|also|now|still|ahora|"
    rf"también|todavía|aún|ya|is)\s{{1,2}}){{0,2}}$"
)
_KIN = re.compile(
    r"\b(?:(?:his|her|their|your|my|su|sus|tu|mi)\s{1,2}(?:\w{1,15}\s{1,2})?(?:wife|husband|"
    r"daughters?|sons?|kids?|children|mother|mom|father|dad|brother|sister|family|girlfriend|"
    r"boyfriend|esposa|esposo|mujer|marido|hij[oa]s?|mam[aá]|madre|pap[aá]|padre|herman[oa]s?|"
    r"familia|novi[oa])|(?:the|la|el|las|los)\s{1,2}(?:daughters?|sons?|kids|wife|mother|hij[oa]s?|"
    r"espos[oa]|mujer|madre|mam[aá]|familia|novi[oa])\s{1,2}(?:of|de|del)(?:\s{1,2}\w{1,15}){1,4})"
    r"\s{1,2}(?:\w{1,12}\s{1,2})?$",
    re.IGNORECASE,
)
_STAYS = re.compile(
    r"\b(?:lives?|resides?|stays?|works?|is\s+hiding|hides?|studies|goes\s+to\s+school|vive[ns]?|"
    r"reside[ns]?|trabaja[ns]?|estudia[ns]?|se\s+esconde[ns]?|est[aá]n?\s+escondid[oa]s?|"
    r"duerme[ns]?|se\s+queda[ns]?)\s{1,2}"
    r"(?:in|at|on|near|behind|next\s+to|for|en|por|cerca\s+de|junto\s+a|frente\s+a|atr[aá]s\s+de)"
    r"\s{1,2}",
    re.IGNORECASE,
)
_SCHOOL = re.compile(
    r"\b(?:his|her|their|your|sus?|tus?)\s{1,2}(?:\w{1,15}\s{1,2})?(?:kids?|children|sons?|daughters?|"
    r"hij[oa]s?|niñ[oa]s|niet[oa]s?)\s{1,2}(?:\w{1,12}\s{1,2})?(?:go(?:es)?\s{1,2}to|attends?|"
    r"van?\s{1,2}a|asisten?\s{1,2}a)\s{1,2}",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"\b(?:viven?|se\s{1,2}esconden?|duermen?|lives?|hides?)\s{1,2}(?:(?:a|at|en)\s{1,2})?"
    r"(?:(?:\w{1,7}\s{1,2})?(?:cuadras?|blocks?)|la\s{1,2}vuelta|un\s{1,2}lado|around\s{1,2}the\s{1,2}corner)"
    r"\s{1,2}(?:de|from|of)\s{1,2}(?:\w{1,15}\s{1,2}){0,3}\w{1,15}",
    re.IGNORECASE,
)
_LODGES = re.compile(
    r"\b(?:(?:lives?|is\s{1,2}hiding|sleeps?|stays?)\s{1,2}(?:behind|across\s{1,2}from|next\s{1,2}to)|"
    r"(?:viven?|se\s{1,2}esconden?|duermen?|est[aá]n?\s{1,2}escondid[oa]s?)\s{1,2}(?:(?:atr[aá]s|enfrente|"
    r"a\s{1,2}espaldas|al\s{1,2}lado)\s{1,2}de|frente\s{1,2}a|junto\s{1,2}a)l?|"
    r"(?:lives?|hides?|(?:is|are)\s{1,2}hiding|viven?|se\s{1,2}esconden?|est[aá]n?\s{1,2}escondid[oa]s?)"
    r"\s{1,2}(?:in|at|on|en)(?=\s{1,2}(?:(?:el|la|the|a)\s{1,2})?(?:ranch|fracc(?:ionamiento)?|col(?:onia)?|barrio|"
    r"rancho|ejido|residencial|privada|edificio)\b))\s{1,2}"
    r"(?:(?:el|la|the|a)\s{1,2})?(?:(?:fracc(?:ionamiento)?|barrio|rancho|ejido|residencial|privada|"
    r"edificio|ranch|oxxo)\b\.?\s{1,2}(?:(?:de|del)\s{1,2})?)?",
    re.IGNORECASE,
)
"""Words so exact about where somebody can be found that it does not matter who is named."""
_SERVES = re.compile(
    r"\b(?:soy\s{1,2}(?:una?\s{1,2})?(?:polic[ií]a|agente|comandante|militar|soldado|custodi[oa]|"
    r"funcionari[oa])"
    r"(?:\s{1,2}[a-zñáéíóú]{3,15})?\s{1,2}(?:de|del|en)|"
    r"i(?:['’]?m|\s{1,2}am)\s{1,2}an?\s{1,2}(?:cop|police\s{1,2}officer|officer|guard|agent|"
    r"soldier|marine)\s{1,2}(?:at|in|of|for|with|from)|"
    r"(?:yo\s{1,2})?trabaj(?:o|amos)\s{1,2}en\s{1,2}(?:(?:la|el|una?)\s{1,2})?[a-zñáéíóú]{3,20}\s{1,2}"
    r"(?:de|del|en))\s{1,2}(?:(?:the|la|el|los|las)\s{1,2})?",
    re.IGNORECASE,
)
"""What tells who the author is: their work, and of which place."""
_CAPITALISED = re.compile(rf"{_CAPITAL}(?:\s{{1,2}}{_CAPITAL}){{0,3}}")
_OWN = re.compile(r"(?:my|mi)\b", re.IGNORECASE)
_COARSE = re.compile(
    r"(?i:the\s{1,2})?(?:M[eé]xico(?!\s{1,2}City)|Estados\s{1,2}Unidos|United\s{1,2}States|USA|EUA|EU|US|U\.S|"
    r"Espa[ñn]a|Spain|Rusia|Russia|China|Cuba|Venezuela|Colombia|Canad[aá]|Europ[ae]|Am[eé]rica|Texas|"
    r"California|Arizona|Florida|Sonora|Sinaloa|Jalisco|Chihuahua|Durango|Nayarit|Michoac[aá]n|Guerrero|"
    r"Oaxaca|Veracruz|Tamaulipas|Coahuila|Nuevo\s{1,2}Le[oó]n|Zacatecas|Puebla|Baja\s{1,2}California|Chiapas|"
    r"Hell|Heaven)\b(?!\s{1,2}[A-ZÁÉÍÓÚÑ0-9])"
)
"""Places that are too large for anybody to be found in."""
_PUBLIC = re.compile(
    r"(?:(?i:the|el|la|los|una?)\s{1,2})?(?:CNN|BBC|NBC|CBS|ABC|Fox|DEA|FBI|CIA|ONU|UN|NATO|Televisa|TV\s|"
    r"Radio|Milenio|Reforma|Univision|Telemundo|El\s{1,2}(?:Universal|Pa[ií]s)|New\s{1,2}York\s{1,2}Times|"
    r"Washington\s{1,2}Post|Senado|Congreso|Senate|Congress|Pentagon|White\s{1,2}House|Casa\s{1,2}Blanca|"
    r"Palacio\s{1,2}Nacional|Secretar[ií]a|Harvard|Oxford|Yale|Stanford|Supreme|Suprema|"
    r"(?i:prison|jail|c[aá]rcel|prisi[oó]n|penal)\b|\w{1,20}\s{1,2}ADX|Altiplano|Netflix|Hollywood|"
    r"Miraflores|Mar-a-Lago)"
)
"""Places of which everybody knows who is there."""
_TELLING_WORDS = (
    "live lives reside resides stay stays work works hiding hides studies school vive "
    "vives viven reside residen trabaja trabajan trabajo trabajamos estudia estudian "
    "esconde esconden escondido escondida escondidos escondidas duerme duermen queda "
    "quedan hides hide hiding sleep sleeps soy cop officer guard agent "
    "soldier marine sus su his her their your tus tu"
)
_TELLING = frozenset(_TELLING_WORDS.split())
_I_WORK = re.compile(
    r"\b(?:i|we)\s{1,2}(?:work|live)\s{1,2}(?:at|on|for)\s{1,2}|\b(?:yo\s{1,2})?trabaj(?:o|amos)"
    r"\s{1,2}(?:en|para)\s{1,2}",
    re.IGNORECASE,
)
_PLACE = re.compile(
    rf"(?:(?i:the|a|la|el|los|las|una?|calle|colonia|col\.|avenida|casa|ciudad|city|town|of|de|del|"
    rf"his|her|su)\s{{1,2}}){{0,4}}({_CAPITAL}|\d{{1,5}}\b)(?:\s{{1,2}}(?:(?:de|del|la|el|of)\s{{1,2}})"
    rf"{{0,2}}{_CAPITAL}){{0,3}}|(?i:(?:the|la|el|una?|his|her|su)\s{{1,2}}(?:calle|colonia|casa|"
    r"house|street|school|escuela|colegio|gym|gimnasio|primaria|secundaria|prepa(?:ratoria)?|kinder|hospital|cl[ií]nica|mercado|f[aá]brica|ranch|rancho|taller|oficina|office)\b"
    r"(?:\s{1,2}\w{1,20}){0,4})"
)


_BEGINNING_WORDS = "The A An El La Los Las Un Una But And Pero Y"
_BEGINNINGS = frozenset(_BEGINNING_WORDS.split())
"""Words with which a sentence begins, before one word with a capital letter that is no name."""


def _begins(name: str) -> bool:
    words = name.split()
    return words[0] in _BEGINNINGS and sum(word[0].isupper() for word in words) < 3


def whereabouts(text: str) -> str:
    """A named person, or somebody's family, beside the place where they live or work; a place as
    exact as a house; or where the author works."""
    if _TELLING.isdisjoint(seen_in(text).words):
        return ""
    if near := _NEAR.search(text):
        return near[0].strip()
    return _beside(text, _SCHOOL, _PLACE) or _named(text) or _exact(text)


def _named(text: str) -> str:
    for found in _STAYS.finditer(text):
        place = _PLACE.match(text, found.end())
        if place is None or _known(text, found.end()):
            continue
        before = text[max(0, found.start() - SHOWN) : found.start()]
        named = _NAME.search(before) or _KIN.search(before)
        if named is not None and not _begins(named[0]) and not _far(named[0], place[0]):
            begin = found.start() - len(before) + named.start()
            return text[begin : place.end()].strip()
    return ""


def _exact(text: str) -> str:
    if told := _beside(text, _LODGES, _PLACE) or _beside(text, _SERVES, _CAPITALISED):
        return told
    for found in _I_WORK.finditer(text):
        place = _PLACE.match(text, found.end())
        if place is not None and place[1] and not _large(text, found.end()):
            return text[found.start() : place.end()].strip()
    return ""


def _beside(text: str, words: re.Pattern[str], where: re.Pattern[str]) -> str:
    """The first of such words with such a place right behind them."""
    for found in words.finditer(text):
        place = where.match(text, found.end())
        if place is not None and not _known(text, found.end()):
            return text[found.start() : place.end()].strip()
    return ""


def _known(text: str, start: int) -> bool:
    """A place that tells nothing: too large, or everybody knows who is there."""
    return _large(text, start) or _PUBLIC.match(text, start) is not None


def _far(named: str, place: str) -> bool:
    """The author's own people in a city, which tells nobody where to go."""
    return _OWN.match(named) is not None and _CAPITALISED.fullmatch(place) is not None


def _large(text: str, start: int) -> bool:
    return _COARSE.match(text, start) is not None


FINDERS: Mapping[str, Finder] = {
    "phone": phone,
    "address": address,
    "plate": plate,
    "coordinates": coordinates,
    "email": email,
    "document": document,
    "whereabouts": whereabouts,
    "threat": threat,
}
"""By the reason that a check gives."""


def found_in(text: str) -> dict[str, str]:
    """Everything that may endanger somebody, by reason: the author's own words."""
    found = {reason: finder(text)[:SHOWN] for reason, finder in FINDERS.items()}
    return {reason: words for reason, words in found.items() if words}
