"""The words of pseudonyms. Harmless, short, easy to tell apart; Spanish ones fit any noun."""

from __future__ import annotations

ADJECTIVES = tuple(
    """
    Amber Ancient Autumn Blue Bold Brave Bright Brisk Bronze Calm Candid Careful Cedar Clear
    Clever Coastal Copper Coral Cosmic Crimson Curious Daring Desert Distant Dusty Eager Early
    Earnest Eastern Electric Emerald Evening Faithful Fearless Fleet Frosty Gentle Gilded Golden
    Grand Granite Green Hidden Honest Humble Indigo Inland Iron Ivory Jade Jolly Keen Kind Lasting
    Lively Lone Loyal Lucky Lunar Maple Marble Mellow Merry Midnight Misty Modest Morning Mossy
    Nimble Noble Northern Olive Open Patient Pearl Plain Polar Proud Purple Quick Quiet Rapid Ready
    Restless Rising Rocky Royal Ruby Rustic Saffron Sandy Scarlet Serene Sharp Shining Silent Silver
    Simple Sincere Sleepy Snowy Solar Solid Southern Stark Steady Steel Stone Stormy Sunny Swift
    Tall Tender Tidal Topaz Tranquil True Twilight Upright Velvet Vivid Wandering Warm Watchful
    Western Whispering Wild Willing Windy Wise Witty Woodland Young Zesty
    """.split()  # noqa: SIM905
)
NOUNS = tuple(
    """
    Acorn Anchor Badger Beacon Bison Bluebird Bridge Brook Canyon Cardinal Cedar Cliff Cloud
    Comet Condor Coyote Crane Creek Cricket Crow Cypress Deer Delta Dolphin Dove Dune Eagle Egret
    Ember Falcon Fern Finch Firefly Fox Gecko Glacier Grove Gull Harbor Hare Hawk Heron Hill Horizon
    Ibis Iguana Island Jaguar Jay Juniper Kestrel Kite Lagoon Lake Lantern Lark Laurel Leaf
    Lighthouse Linnet Lion Lizard Lynx Magpie Maple Marsh Martin Meadow Mesa Meteor Mockingbird Moon
    Moth Mountain Mule Nightjar Oak Ocelot Orchid Oriole Osprey Otter Owl Palm Panther Parrot Path
    Pebble Pelican Pigeon Pilot Pine Plover Pond Poplar Prairie Puma Quail Quarry Rabbit Raccoon
    Rain Raven Reed Reef Ridge River Robin Rook Sage Sailor Salmon Seal Shore Sky Snipe Sparrow
    Spruce Star Stork Stream Summit Swallow Swan Thistle Thrush Tide Toucan Trail Tree Trout Turtle
    Valley Vulture Walnut Wave Whale Willow Wind Wolf Wren
    """.split()  # noqa: SIM905
)
SPANISH_NOUNS = tuple(
    """
    Abeto Abismo Acantilado Águila Alba Alce Alerce Ancla Árbol Arce Arrecife Arroyo Arrozal Astro
    Barco Bosque Brisa Brote Bruma Búho Caballo Cactus Camino Campo Canal Canario Cedro Cenote
    Centinela Cerro Ciervo Ciprés Cisne Colibrí Cometa Coral Cordillera Costa Coyote Cumbre Delfín
    Delta Duna Encina Erizo Estero Estrella Fanal Faro Flamenco Fresno Fuente Garza Gaviota Girasol
    Glaciar Golondrina Grillo Halcón Helecho Hogar Horizonte Huella Huerto Ibis Iguana Isla Jaguar
    Jardín Jilguero Lago Laguna Lince Llanura Lluvia Lobo Lucero Luna Manantial Manglar Mar Marea
    Mariposa Matorral Meseta Mirlo Molino Monte Nieve Nogal Nube Oasis Ocelote Ola Olmo Orilla
    Paloma Palmera Pantano Peregrino Pino Piedra Playa Pradera Puente Puerto Puma Quetzal Rayo
    Refugio Relieve Ribera Río Roble Sabana Salto Sauce Selva Sendero Sierra Sol Sombra Tejado Tejo
    Tigre Tortuga Trigal Trueno Tucán Valle Velero Venado Vereda Viento Volcán Zorzal
    """.split()  # noqa: SIM905
)
SPANISH_ADJECTIVES = tuple(
    """
    afable ágil alegre amable andante audaz austral azul boreal breve brillante capaz celeste
    constante cordial cortés diligente distante ecuánime eficaz elegante enorme errante
    estable estelar fascinante feliz fiel firme flexible formidable fuerte fugaz gentil grande
    hábil humilde ideal ilustre imparcial importante índigo jovial leal libre
    local lunar marrón matinal memorable mineral natural noble notable paciente perseverante
    perspicaz polar popular prudente puntual radiante real reluciente rural sagaz silvestre simple
    singular sobresaliente solar solemne sonriente suave sutil tenaz tropical universal urgente útil
    valiente veloz verde versátil vibrante vigilante visible vivaz
    """.split()  # noqa: SIM905
)
