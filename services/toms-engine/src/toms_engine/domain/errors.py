"""What toms-engine refuses, each with its stable code."""

from cdp_common.kernel.errors import Conflict, Forbidden, InvalidInput, NotFound, TooLarge


class EditionNotFound(NotFound):
    """No edition has this id or hash, or it is a draft that the caller may not see."""

    code = "edition_not_found"
    title = "There is no such edition"


class MeasureNotFound(NotFound):
    """The edition has no measure under this code."""

    code = "measure_not_found"
    title = "There is no such measure"


class ProxyNotFound(NotFound):
    """The edition has no proxy under this code."""

    code = "proxy_not_found"
    title = "There is no such proxy"


class CrosswalkNotFound(NotFound):
    """The edition has no crosswalk of this scheme."""

    code = "crosswalk_not_found"
    title = "There is no such crosswalk"


class EditionCodeTaken(Conflict):
    """A different pack was published under this framework and edition code."""

    code = "edition_code_taken"
    title = "Another pack is published under this edition code"


class EditionAlreadyPublished(Conflict):
    """Only a draft can be published, and this edition is published already."""

    code = "edition_already_published"
    title = "The edition is published already"


class FrameworkNotYours(Forbidden):
    """Editions of a framework come from the organisation that brought its first one."""

    code = "framework_not_yours"
    title = "The measurement framework belongs to another organisation"


class ParentLicenceMissing(Forbidden):
    """Deriving from an edition with licensed figures takes the scope of its licence."""

    code = "parent_licence_missing"
    title = "The parent edition's licence is not held"


class PackRefused(InvalidInput):
    """The framework pack contradicts itself or its parent; `errors` lists every fault."""

    code = "pack_refused"
    title = "The framework pack is not consistent"


class PackTooLarge(TooLarge):
    """The pack's own words are longer than an edition's answer may be."""

    code = "pack_too_large"
    title = "The framework pack is too large"


class LinesRefused(InvalidInput):
    """At least one line cannot be valued; `errors` lists every fault and nothing was valued."""

    code = "lines_refused"
    title = "The lines cannot be valued"


class ProxyNotRedistributable(Forbidden):
    """A line's figure is licensed, and the caller does not hold the scope of that licence."""

    code = "proxy_not_redistributable"
    title = "The figure's licence does not let this caller use it"


class NeedIndexNotYours(Forbidden):
    """Parts of an index come from the organisation that brought its first one."""

    code = "need_index_not_yours"
    title = "The index belongs to another organisation"


class NeedIndexNotFound(NotFound):
    """No index of deprivation is stored under this name."""

    code = "need_index_not_found"
    title = "There is no such index"


class NeedIndexUnknown(InvalidInput):
    """What is sent names an index that nobody has loaded."""

    code = "need_index_unknown"
    title = "There is no such index"


class NeedIndexDiffers(Conflict):
    """The part contradicts what is stored under the index's name; a corrected index takes a new name."""

    code = "need_index_differs"
    title = "The index is stored with other facts"


class NeedIndexRefused(InvalidInput):
    """The part of the index contradicts itself; `errors` lists every fault."""

    code = "need_index_refused"
    title = "The index is not consistent"


class NeedFileRefused(InvalidInput):
    """An index's file has faults and was refused whole; `errors` lists the first hundred with their lines."""

    code = "need_file_refused"
    title = "The file of the index has faults"


class NeedLayoutUnknown(InvalidInput):
    """No layout of an official file has this name in this build."""

    code = "need_layout_unknown"
    title = "There is no such layout"


class NeedBandingPublished(Conflict):
    """The place's programme manager has published its bands; an import cannot replace them."""

    code = "need_banding_published"
    title = "The place's bands were published by its programme manager"


class NeedBandingRefused(InvalidInput):
    """The banding contradicts itself or names what the index does not hold; `errors` lists every fault."""

    code = "need_banding_refused"
    title = "The banding is not consistent"


class PlaceTaken(Conflict):
    """The place's name is bound to another place in this index, or an authority to another place."""

    code = "need_place_taken"
    title = "The place or the authority belongs to another place"


class DomainUnknown(InvalidInput):
    """The index has no ranking with this code."""

    code = "need_domain_unknown"
    title = "The index has no such domain"


class LookupRefused(InvalidInput):
    """A lookup file has faults and was refused whole; `errors` lists the first hundred with their lines."""

    code = "lookup_refused"
    title = "The lookup file has faults"


class LookupEditionTaken(Conflict):
    """This edition of the lookup is loaded; another file of it would leave two answers for one question."""

    code = "lookup_edition_taken"
    title = "This edition of the lookup is loaded already"


class LookupNotYours(Forbidden):
    """Editions of a kind of lookup come from the organisation that loaded its first."""

    code = "lookup_not_yours"
    title = "This kind of lookup belongs to another organisation"


class PostcodeMalformed(InvalidInput):
    """What is asked for is no postcode of the United Kingdom."""

    code = "postcode_malformed"
    title = "This is not a postcode"


class PostcodeNotFound(NotFound):
    """The newest postcode lookup does not hold the postcode, or none is loaded."""

    code = "postcode_not_found"
    title = "The postcode is not known"


class PostcodeAreaNotFound(NotFound):
    """The postcode is known, and no index that is loaded has the area in which it lies."""

    code = "postcode_area_not_found"
    title = "No index has the area of this postcode"


class AreaChangeNotFound(NotFound):
    """The newest lookups of changes do not hold the area, or none is loaded."""

    code = "area_change_not_found"
    title = "No lookup of changes has this area"


class AreaQueryUnclear(InvalidInput):
    """Areas are asked for by index, or by postcode alone; needs by place, or by areas."""

    code = "area_query_unclear"
    title = "Which areas are wanted is not clear"


class EditionUnknown(InvalidInput):
    """What is sent names an edition that is not published."""

    code = "edition_unknown"
    title = "There is no such published edition"


class DomainRanksMissing(Conflict):
    """Measures are ranked by domains of need, and the index has only its overall ranks of these areas."""

    code = "domain_ranks_missing"
    title = "The index has no domain ranks of these areas"


class NoAreasFound(InvalidInput):
    """The place or the areas named have no area in the index."""

    code = "areas_unknown"
    title = "The index has none of these areas"


class AreasTooMany(InvalidInput):
    """A place has more areas than are looked at together."""

    code = "areas_too_many"
    title = "Too many areas at once"


class BoundariesRefused(InvalidInput):
    """The file of outlines has faults and was refused whole; `errors` lists the first hundred."""

    code = "boundaries_refused"
    title = "The file of outlines has faults"
