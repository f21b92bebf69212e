/** Words that only occur in names of institutions. */
const INSTITUTION = new Set(
  (
    'university universität université universidad università universiteit universitet college school academy akademie institute institut instituto institution hochschule ' +
    'gmbh e.v. ev inc inc. ltd ltd. llc pbc ag s.a. b.v. plc corp corp. corporation company consortium konsortium group gruppe arbeitsgruppe team center centre zentrum centro ' +
    'foundation stiftung fundación society gesellschaft association verein verband lab labs laboratory laboratories laboratoire department departement division faculty fakultät ' +
    'collaboration kollaboration project projekt programme program agency agentur agence ministry ministerium museum library bibliothek archive archives archiv council rat office ' +
    'network netzwerk community federation union trust commission kommission committee bank authority bureau amt board organization organisation observatory survey service services ' +
    'nations united hospital clinic klinikum developers contributors maintainers authors volunteers participants members initiative alliance infrastructure press publishers government national ' +
    'research ministère ministerio ministero federal european deutsche deutsches deutscher bundesanstalt bundesamt landesamt forschungszentrum ' +
    'funds fonds framework statistics software science sciences technology technologies systems solutions engineering creative botanic users reviewers editors platform partners ' +
    'stadt gemeinde landkreis freistaat kanton landeshauptstadt lehrstuhl école société fondation fondazione fundação politecnico consejo consiglio koninklijke daigaku yliopisto sveučilište'
  ).split(' '),
);

/** Word endings that only occur in names of institutions. */
const INSTITUTION_END =
  /(?:gemeinschaft|gesellschaft|universität|hochschule|institut|stiftung|zentrum|anstalt|behörde|ministerium|verband|verein|museum|bibliothek|bibliotheek|konsortium|akademie|egyetem|archiv|.sammlung|rat e\.v\.)$/;

/** Beginnings of such words, and parts of names that are written without blanks. */
const INSTITUTION_PART =
  /^(?:univ(?!\.-prof)|uniw|üniv|rijksuniv|nfdi|institu|istitut|instytut|akadem|akatem|bibliot|polyte|politech|университет|институт|академия|πανεπιστήμιο)|大学|大學|学院|學院|公司|研究所|研究院|대학교|연구원/;

/** Whether a name contains something that no person's name does. */
export function isInstitution(name: string): boolean {
  const lower = name.toLowerCase();
  // Das is a surname too.
  if (/^(?:the|die|uni)\s|^(?:le|la|les)\s\S+\s/.test(lower)) return true;
  return lower
    .split(/[\s,/()]+/)
    .some((word) => INSTITUTION.has(word) || INSTITUTION_END.test(word) || INSTITUTION_PART.test(word));
}

/** Countries that are also family names. */
const FAMILY_COUNTRIES = 'jordan israel france chad ireland'.split(' ');

let countries: Set<string> | null = null;

/** Whether a word is a country, in English or German: `Statistics Canada`. */
export function isCountry(word: string): boolean {
  if (countries === null) {
    const names = ['en', 'de'].map(
      (tongue) => new Intl.DisplayNames([tongue], { type: 'region', fallback: 'none' }),
    );
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters.flatMap((one) => letters.map((other) => one + other));
    countries = new Set(codes.flatMap((code) => names.flatMap((name) => name.of(code)?.toLowerCase() ?? [])));
    for (const name of FAMILY_COUNTRIES) countries.delete(name);
  }
  return countries.has(word.toLowerCase());
}
