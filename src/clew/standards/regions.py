"""The region of the world that a country lies in, for coarser values (UN M49, 2024; codes of ISO 3166-1 alpha-3)."""

from __future__ import annotations

from collections.abc import Mapping

_SUBREGIONS = {
    "Africa": {
        "Eastern Africa": "ATF BDI COM DJI ERI ETH IOT KEN MDG MOZ MUS MWI MYT REU RWA SOM SSD SYC TZA UGA ZMB ZWE",
        "Middle Africa": "AGO CAF CMR COD COG GAB GNQ STP TCD",
        "Northern Africa": "DZA EGY ESH LBY MAR SDN TUN",
        "Southern Africa": "BWA LSO NAM SWZ ZAF",
        "Western Africa": "BEN BFA CIV CPV GHA GIN GMB GNB LBR MLI MRT NER NGA SEN SHN SLE TGO",
    },
    "Americas": {
        "Caribbean": "ABW AIA ATG BES BHS BLM BRB CUB CUW CYM DMA DOM GLP GRD HTI JAM KNA LCA MAF MSR MTQ PRI SXM TCA "
        "TTO VCT VGB VIR",
        "Central America": "BLZ CRI GTM HND MEX NIC PAN SLV",
        "Northern America": "BMU CAN GRL SPM USA",
        "South America": "ARG BOL BRA BVT CHL COL ECU FLK GUF GUY PER PRY SGS SUR URY VEN",
    },
    "Asia": {
        "Central Asia": "KAZ KGZ TJK TKM UZB",
        "Eastern Asia": "CHN HKG JPN KOR MAC MNG PRK TWN",
        "South-eastern Asia": "BRN IDN KHM LAO MMR MYS PHL SGP THA TLS VNM",
        "Southern Asia": "AFG BGD BTN IND IRN LKA MDV NPL PAK",
        "Western Asia": "ARE ARM AZE BHR CYP GEO IRQ ISR JOR KWT LBN OMN PSE QAT SAU SYR TUR YEM",
    },
    "Europe": {
        "Eastern Europe": "BGR BLR CZE HUN MDA POL ROU RUS SVK UKR",
        "Northern Europe": "ALA DNK EST FIN FRO GBR GGY IMN IRL ISL JEY LTU LVA NOR SJM SWE",
        "Southern Europe": "ALB AND BIH ESP GIB GRC HRV ITA MKD MLT MNE PRT SMR SRB SVN VAT XKX",
        "Western Europe": "AUT BEL CHE DEU FRA LIE LUX MCO NLD",
    },
    "Oceania": {
        "Australia and New Zealand": "AUS CCK CXR HMD NFK NZL",
        "Melanesia": "FJI NCL PNG SLB VUT",
        "Micronesia": "FSM GUM KIR MHL MNP NRU PLW UMI",
        "Polynesia": "ASM COK NIU PCN PYF TKL TON TUV WLF WSM",
    },
}

SUBREGION: Mapping[str, str] = {
    code: name for parts in _SUBREGIONS.values() for name, listed in parts.items() for code in listed.split()
}
REGION: Mapping[str, str] = {
    code: region for region, parts in _SUBREGIONS.items() for listed in parts.values() for code in listed.split()
}
