"""What may endanger somebody: found as people write it, in Mexico, the United States and Spain;
and what readers of an article write all the time, which is not it."""

from __future__ import annotations

import pytest

from core.moderation.danger import found_in

DANGEROUS = {
    "phone": (
        "llámame al 664 123 4567", "+52 1 55 1234 5678", "(619) 555-0134", "call 555-0134 now",
        "mi cel es 612 34 56 78", "612345678", "tel. 91 123 45 67", "0034 612 345 678",
        "5512345678", "6 6 4 1 2 3 4 9 8 7", "six six four one two three nine eight seven five",
        "whatsapp 044 55 1234 5678", "her number: 619.555.0134",
        "seis seis cuatro, uno dos tres, nueve ocho siete",
    ),
    "address": (
        "He lives at 742 Evergreen Terrace", "1600 Pennsylvania Avenue, of course",
        "calle Hidalgo 45, colonia Centro", "Av. Insurgentes Sur 1234", "C/ Mayor, 12",
        "calle benito juarez #45", "C.P. 22000 Tijuana", "123 N 5th Street",
        "his house is at 12 oak street",
    ),
    "plate": (
        "placas ABC-12-34", "license plate 7ABC123", "matrícula 1234 BCD", "vi el 1234-BCD",
        "placa numero jkl 123 a", "plates are ABC 1234",
        "una Lobo, VTR-123-B",
    ),
    "coordinates": (
        "32.5149, -117.0382", "24°48'15\" N 107°23'39\" W", "https://maps.app.goo.gl/abc",
        "76F2CVPR+XX", "8FVC9G8F+6W", "///filled.count.soap", "19.432608,-99.133209",
        "geo:32.5,-117.0", "https://www.google.com.mx/maps/@32.5,-117.03,15z",
    ),
    "email": (
        "ana.perez@gmail.com", "ana arroba gmail punto com", "john (at) protonmail (dot) com",
    ),
    "whereabouts": (
        "José Pérez vive en la calle Juárez", "Juan Carlos López works at Walmart",
        "su hija estudia en el Colegio Alemán", "his wife lives in San Diego", "I work at Pemex",
        "María López, que trabaja en Banamex", "El comandante Luis Garcia se esconde en Mazatlán",
        "Pedro Ruiz lives near the gym",
    ),
}  # fmt: skip
CASES = [(reason, text) for reason, texts in DANGEROUS.items() for text in texts]


@pytest.mark.parametrize(("reason", "text"), CASES)
def test_what_endangers_somebody_is_found_in_the_words_of_its_author(
    reason: str, text: str
) -> None:
    shown = found_in(text)[reason]
    assert shown in text


HARMLESS = (
    "5:44 I believe", "@0301 to say", "10:01 nope", "5:44, 10:01 and 2:22",
    "On May 5, the president",
    "October 21, 2023", "2023-10-21 14:05", "30 de octubre de 2023", "born 12/05/1990",
    "$20,000 and 1,500,000 people", "400 Million people", ">>12 and >>1234567", "more than 20 tons",
    "he paid 3000000000 pesos", "1998-2003", "ver. 10.15.7", "192.168.100.200", "900 000 000",
    "9 Supreme Court justices", "300 personas en la calle", "salieron a la calle 300 personas",
    "20 men on the road", "the 5 street gangs", "AK-47 and MS-13", "F-150 2019", "COVID-19",
    "12.345, 67.890", "it's 30° outside", "3°C", "Two plates of 12 tacos", "He lives in a dream",
    "lives in Hell", "people live at the border", "in 2023 MRS Smith", "call me at 10:30",
    "1 2 3 4 5 6 7 8 9 10 11", "one two three go", "100% sure", "he lives for the moment",
    "at 4 dot com bubble", "I'm at work. com'on", "CJNG 4 letras", "la plaza de Tijuana",
    "uno dos tres", "https://example.org/2023/10/21/story-1234567.html", "I live in Texas",
    "Article 123 of the constitution", "ISBN 978-3-16-148410-0", "c12a words c12b",
)  # fmt: skip


@pytest.mark.parametrize("text", HARMLESS)
def test_times_dates_counts_and_prices_endanger_nobody(text: str) -> None:
    assert found_in(text) == {}
