"""From what the user wrote, the dot film and the library to layers with every value known."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ..core.errors import InputError, nearest
from ..core.sourced import Sourced, computed
from ..core.units import engineering
from ..film.state import FilmProperties
from ..library import Entry, Library
from .absorbing import Absorbing, of_film
from .blend import blended
from .floating import check_shells, planes
from .spec import Contact, DeviceSpec, Layer

FILM = "film"
MATERIAL_KINDS = ("semiconductor", "insulator", "perovskite")
MISSING = "nothing (it is missing)"
NONE = Sourced(0.0, "1", basis="assumed", note="absent unless given")
NO_LIGHT = Sourced.unknown("eV", "no emission is known")
ION_LIMIT = Sourced(4e27, "m-3", basis="assumed", note="a fifth of the halide sites")

# name in the layer -> names in the film state, names in the library (first that is known)
_FILM_NAMES = {
    "relative_permittivity": "relative_permittivity",
    "electron_affinity": "electron_affinity",
    "effective_dos_conduction": "density_of_states_electron",
    "effective_dos_valence": "density_of_states_hole",
    "electron_mobility": "mobility_electron",
    "hole_mobility": "mobility_hole",
    "poole_frenkel": "poole_frenkel",
    "donor_density": "doping",
    "radiative_coefficient": "radiative_coefficient",
    "trap_density": "trap_density",
    "trap_depth": "trap_depth",
    "capture_electron": "capture_electron",
    "capture_hole": "capture_hole",
    "ion_density": "ion_density",
    "ion_mobility": "ion_mobility",
    "ion_activation_energy": "ion_activation",
    "absorption": "absorption",
    "refractive_index": "refractive_index",
}
# mobility -> the activation energy that moves it to the temperature of the device
_ACTIVATIONS = {
    "electron_mobility": "electron_activation_energy",
    "hole_mobility": "hole_activation_energy",
    "ion_mobility": "ion_activation_energy",
}
_DISORDER = {"width_conduction": "disorder_electron", "width_valence": "disorder_hole"}
REFERENCE = 300.0  # K, at which mobilities count as given
_LIBRARY_NAMES = {
    "relative_permittivity": ("relative_permittivity", "permittivity_static"),
}
REQUIRED = ("relative_permittivity", "electron_affinity", "band_gap")
CARRIER_NEEDS = (
    "effective_dos_conduction",
    "effective_dos_valence",
    "electron_mobility",
    "hole_mobility",
)
OPTIONAL = (
    "poole_frenkel",
    "donor_density",
    "radiative_coefficient",
    "trap_density",
    "trap_depth",
    "capture_electron",
    "capture_hole",
    "ion_density",
    "ion_mobility",
    "absorption",
    "generation",
    "auger_electron",
    "auger_hole",
    "density_exponent",
    "ion_jump",
    "dipole",
    "refractive_index",
)


@dataclass(frozen=True)
class ResolvedLayer:
    """A layer with every value the engine needs, each with its basis.

    Attributes
    ----------
    values
        Name (as in `spec.Layer`) -> value in SI, energies in eV.
    carriers
        Whether electrons and holes enter.
    notes
        What to know of the values, for the notes of a record.
    emission
        Peak and full width at half maximum of the light of the layer, unknown if nobody says [eV].
    light
        Absorption at every wavelength and the share of pairs that come apart; None where
        `absorption` holds at every wavelength up to the gap.
    """

    name: str
    material: str
    thickness: Sourced
    carriers: bool
    ion_charge: int
    spec: Layer
    values: dict[str, Sourced]
    temperature: float = REFERENCE
    notes: tuple[str, ...] = ()
    emission: tuple[Sourced, Sourced] = (NO_LIGHT, NO_LIGHT)
    light: Absorbing | None = None

    def __getitem__(self, name: str) -> float:
        return float(self.values[name])

    def ion_name(self) -> str:
        """Name of the species that the fields ``ion_*`` describe."""
        return f"{self.material} {'cation' if self.ion_charge > 0 else 'anion'}"


@dataclass(frozen=True)
class ResolvedContact:
    """An electrode with its work function known."""

    electrode: str
    work_function: Sourced
    spec: Contact


def resolve_layers(
    spec: DeviceSpec, film: FilmProperties | None, library: Library
) -> list[ResolvedLayer]:
    """Find every value of every layer: the study first, then the film or the library.

    Raises
    ------
    InputError
        Names the layer and the value that nobody gives.
    """
    warm = float(spec.temperature)
    found = [
        _layer(layer, f"device.layer[{k}]", film, library, warm)
        for k, layer in enumerate(spec.layer)
    ]
    if all(layer.shell is None for layer in spec.layer):
        return found
    check_shells(spec)
    listed: list[ResolvedLayer] = []
    for k, one in enumerate(found):
        if one.spec.shell is None:
            listed.append(one)
            continue
        before, after = found[k - 1 : k], found[k + 1 : k + 2]
        field = f"device.layer[{k}]"
        listed += planes(
            one,
            _matrix(one.spec, field, library, warm),
            _dot_size(one.spec, film, field),
            open_left=bool(before) and before[0].carriers,
            open_right=bool(after) and after[0].carriers,
            field=field,
        )
    return listed


def _matrix(layer: Layer, field: str, library: Library, temperature: float) -> ResolvedLayer:
    """Return the insulator around the dots of a layer, as a tunnelling layer."""
    shell = layer.shell
    assert shell is not None
    given = {
        name: getattr(shell, name)
        for name in ("tunnel_mass", "electron_affinity", "band_gap", "material", "thickness")
    }
    wall = Layer(name=layer.name, tunnelling=True, **given)
    return _layer(wall, f"{field}.shell", None, library, temperature)


def _dot_size(layer: Layer, film: FilmProperties | None, field: str) -> Sourced:
    """Edge of the dots of a layer with shells: given, else that of the film."""
    assert layer.shell is not None
    if layer.shell.dot_size is not None:
        return layer.shell.dot_size
    if layer.material == FILM and film is not None and film.dot_size.is_known:
        return film.dot_size
    raise InputError(
        f"{field}.shell.dot_size",
        MISSING,
        "the edge of a dot, which no film of this study gives",
        "add dot_size = '9 nm' to the shell",
    )


def resolve_row(
    layers: tuple[Layer, ...],
    field: str,
    film: FilmProperties | None,
    library: Library,
    temperature: float,
) -> tuple[ResolvedLayer, ...]:
    """Find every value of layers that stand in the table `field` of a device."""
    return tuple(
        _layer(layer, f"{field}[{k}]", film, library, temperature) for k, layer in enumerate(layers)
    )


def _layer(
    layer: Layer, field: str, film: FilmProperties | None, library: Library, temperature: float
) -> ResolvedLayer:
    entry = None
    if layer.material == FILM:
        if film is None:
            raise InputError(
                f"{field}.material",
                FILM,
                "a film, which this study does not make",
                "add [recipe] or [dots] and [film], or name a material of the library",
            )
    elif layer.material:
        entry = find_material(layer.material, library, f"{field}.material")
    carriers = layer.carriers
    if carriers is None:
        carriers = not layer.tunnelling and (entry is None or entry.kind != "insulator")
    names = REQUIRED + (CARRIER_NEEDS if carriers else ()) + OPTIONAL
    values = {name: _value(name, layer, film, entry, field, temperature) for name in names}
    for name in CARRIER_NEEDS:
        values.setdefault(name, Sourced(1e25, "m-3", basis="assumed", note="no carriers here"))
    notes = _warm(values, layer, film, temperature)
    values |= _widths(layer, film, field)
    charge = layer.ion_charge or (film.ion_charge if layer.material == FILM and film else 1)
    _check_ions(layer, values, field)
    name = layer.material if layer.material != FILM or film is None else f"{film.formula} film"
    dots = layer.material == FILM and film is not None and layer.absorption is None
    found = ResolvedLayer(
        name=layer.name,
        material=name,
        thickness=layer.thickness,
        carriers=carriers,
        ion_charge=charge,
        spec=layer,
        values=values,
        temperature=temperature,
        notes=notes,
        emission=_light_of(layer, film),
        light=of_film(film) if dots and film is not None else None,
    )
    if layer.dots is None:
        return found
    return blended(layer, found, film, library, f"{field}.dots")


def _light_of(layer: Layer, film: FilmProperties | None) -> tuple[Sourced, Sourced]:
    """Peak and width of the emitted light: given, else of the dots."""
    dots = layer.material == FILM and film is not None
    of_film = (film.emission_energy, film.emission_width) if film and dots else (NO_LIGHT,) * 2
    return layer.emission_energy or of_film[0], layer.emission_width or of_film[1]


def at_temperature(
    value: Sourced, activation: float, temperature: float, reference: float = REFERENCE
) -> Sourced:
    """Return a mobility known at `reference` [K] at `temperature` [K], mu exp(-E/kT).

    >>> mu = Sourced(1e-8, "m2/Vs", basis="given")
    >>> f"{at_temperature(mu, 0.3, 330.0).value:.3g}"
    '2.87e-08'
    """
    if activation == 0.0 or temperature == reference:
        return value
    from .charge.mobility import arrhenius

    factor = arrhenius(1.0, activation, temperature, reference)
    ends = [None if x is None else x * factor for x in (value.value, value.low, value.high)]
    note = f"moved from {reference:g} K to {temperature:g} K with {activation:.3g} eV"
    note = "; ".join(part for part in (value.note, note) if part)
    return replace(value, value=ends[0], low=ends[1], high=ends[2], note=note)


def _warm(
    values: dict[str, Sourced], layer: Layer, film: FilmProperties | None, temperature: float
) -> tuple[str, ...]:
    """Move the mobilities to the temperature of the device; say which could not be."""
    unmoved = []
    for name, key in _ACTIVATIONS.items():
        from_film = film is not None and layer.material == FILM and getattr(layer, name) is None
        reference = film.temperature if film is not None and from_film else REFERENCE
        activation = getattr(layer, key)
        if activation is None and from_film and key in _FILM_NAMES:
            activation = getattr(film, _FILM_NAMES[key])
        known = activation is not None and activation.is_known
        if name in values and float(values[name]) > 0:
            if known:
                values[name] = at_temperature(
                    values[name], float(activation), temperature, reference
                )
            elif temperature != reference:
                unmoved.append(f"{name} of {reference:g} K")
    if not unmoved:
        return ()
    return (
        f"{layer.name}: {', '.join(unmoved)} used at {temperature:g} K, as no activation energy "
        "is given",
    )


def _widths(layer: Layer, film: FilmProperties | None, field: str) -> dict[str, Sourced]:
    """Widths of gaussian bands: given, else the disorder of the film."""
    found = {}
    for name, disorder in _DISORDER.items():
        band = name.removeprefix("width_")
        width = getattr(layer, name)
        if width is None and layer.material == FILM and film is not None:
            width = getattr(film, disorder)
        crowds = layer.density_exponent is not None and float(layer.density_exponent) > 0
        if getattr(layer, f"statistics_{band}") != "gaussian" and not crowds:
            continue
        if width is None or not width.is_known:
            raise InputError(
                f"{field}.{name}",
                MISSING,
                "the standard deviation of the gaussian states",
                f"add {name} = '60 meV', or another statistics_{band}",
            )
        found[name] = width
    return found


def _check_ions(layer: Layer, values: dict[str, Sourced], field: str) -> None:
    """Refuse ions that cannot move, and more ions than sites."""
    density = values["ion_density"]
    if float(density) > 0 and float(values["ion_mobility"]) <= 0:
        raise InputError(
            f"{field}.ion_mobility",
            MISSING,
            "a mobility for the mobile ions",
            "add ion_mobility = '1e-10 cm2/Vs'",
        )
    found = [(f"{field}.ion_density", "ion_limit", density, layer.ion_limit)]
    found += [
        (f"{field}.ion[{k}].density", "its limit", ion.density, ion.limit)
        for k, ion in enumerate(layer.ion)
    ]
    for where, name, value, given in found:
        limit = given or ION_LIMIT
        if float(value) >= float(limit):
            raise InputError(
                where,
                engineering(float(value), "m-3"),
                f"less than the density of sites, {engineering(float(limit), 'm-3')}",
                f"raise {name}",
            )


def find_material(name: str, library: Library, field: str) -> Entry:
    """Return the library's entry of a layer material, whatever its kind."""
    known: list[str] = []
    for kind in MATERIAL_KINDS:
        try:
            return library.entry(kind, name)
        except InputError:
            known += library.names(kind)
    raise InputError(
        field,
        name,
        "'film' or a material of the library",
        nearest(name, [FILM, *known]) + " Or give its values in a library file of your own.",
    )


def _value(
    name: str,
    layer: Layer,
    film: FilmProperties | None,
    entry: Entry | None,
    field: str,
    temperature: float,
) -> Sourced:
    given = getattr(layer, name, None)
    if given is not None:
        return given
    found = None
    if layer.material == FILM and film is not None:
        found = _from_film(name, film)
    elif entry is not None:
        found = _from_library(name, entry, temperature)
    if found is not None and found.is_known:
        return found
    if name in OPTIONAL:
        return NONE
    raise InputError(
        f"{field}.{name}",
        MISSING,
        f"a value; neither the study nor {layer.material or 'the library'} gives one",
        f"add {name} = '...' to this layer, or to a library file beside the study",
    )


def _from_film(name: str, film: FilmProperties) -> Sourced | None:
    if name == "band_gap":
        return _difference(film.ionization_energy, film.electron_affinity)
    attribute = _FILM_NAMES.get(name)
    return getattr(film, attribute) if attribute else None


def _difference(a: Sourced, b: Sourced) -> Sourced:
    if a.value is None or b.value is None:
        return a if a.value is None else b
    return computed(a.value - b.value, "eV", sources=tuple(dict.fromkeys(a.sources + b.sources)))


def _from_library(name: str, entry: Entry, temperature: float) -> Sourced | None:
    for known in _LIBRARY_NAMES.get(name, (name,)):
        if entry.has(known):
            return entry.quantity(known)
    if name == "electron_affinity" and entry.has("ionization_energy") and entry.has("band_gap"):
        return _difference(entry.quantity("ionization_energy"), entry.quantity("band_gap"))
    if name == "band_gap" and entry.has("ionization_energy") and entry.has("electron_affinity"):
        return _difference(entry.quantity("ionization_energy"), entry.quantity("electron_affinity"))
    masses = {"effective_dos_conduction": "electron_mass", "effective_dos_valence": "hole_mass"}
    if name in masses and entry.has(masses[name]):
        return density_of_states(entry.quantity(masses[name]), temperature)
    return None


def density_of_states(mass: Sourced, temperature: float) -> Sourced:
    """Effective density of states of a parabolic band, 2 (2 pi m kT / h^2)^(3/2) [m-3].

    >>> f"{density_of_states(Sourced(1.0, '1'), 300.0).value:.3g}"
    '2.51e+25'
    """
    from scipy import constants as c

    def dos(m: float) -> float:
        return float(2 * (2 * math.pi * m * c.m_e * c.k * temperature / c.h**2) ** 1.5)

    ends = [None if x is None else dos(x) for x in (mass.value, mass.low, mass.high)]
    return replace(mass, value=ends[0], low=ends[1], high=ends[2], unit="m-3", basis="computed")


def resolve_contact(
    contact: Contact, field: str, neighbour: ResolvedLayer | None, library: Library
) -> ResolvedContact:
    """Find the work function of a contact; an ohmic one takes the nearer band edge.

    Raises
    ------
    InputError
        If neither the study nor the library gives a work function.
    """
    work = contact.work_function
    if work is None and contact.electrode:
        try:
            entry = library.entry("electrode", contact.electrode)
        except InputError as e:
            raise InputError(f"{field}.electrode", e.value, e.allowed, e.remedy) from None
        work = entry.quantity("work_function")
    if work is None or not work.is_known:
        raise InputError(
            f"{field}.work_function",
            MISSING,
            "a work function or an electrode",
            "add electrode = 'Au' or work_function = '5.1 eV'",
        )
    if contact.kind != "schottky" and neighbour is not None and neighbour.carriers:
        work = _pinned(contact.kind, float(work), neighbour)
    return ResolvedContact(contact.electrode or "contact", work, contact)


def _pinned(kind: str, work: float, layer: ResolvedLayer) -> Sourced:
    """Fermi level of an ohmic contact: the band edge it is pinned to [eV below vacuum]."""
    chi = layer["electron_affinity"]
    edges = {"ohmic_electron": chi, "ohmic_hole": chi + layer["band_gap"]}
    pinned = edges.get(kind, min(edges.values(), key=lambda edge: abs(edge - work)))
    note = f"{kind}: pinned to a band edge; the metal alone has {work:.2f} eV"
    return Sourced(pinned, "eV", basis="assumed", note=note)
