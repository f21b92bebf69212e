/** Words that only occur in names of institutions. */
const INSTITUTION = new Set(
  (
    'university universität université universidad università universiteit universitet college school academy akademie institute institut instituto institution hochschule ' +
    'gmbh e.v. ev inc inc. ltd ltd. llc ag s.a. b.v. plc corp corp. corporation company consortium konsortium group gruppe arbeitsgruppe team center centre zentrum centro ' +
    'foundation stiftung fundación society gesellschaft association verein verband lab labs laboratory laboratories laboratoire department departement division faculty fakultät ' +
    'collaboration kollaboration project projekt programme program agency agentur agence ministry ministerium museum library bibliothek archive archives archiv council rat office ' +
    'network netzwerk community federation union trust commission kommission committee bank authority bureau amt board organization organisation observatory survey service services ' +
    'nations united hospital clinic klinikum developers contributors maintainers authors volunteers participants members initiative alliance infrastructure press publishers government national ' +
    'research ministère ministerio ministero federal european deutsche deutsches deutscher bundesanstalt bundesamt landesamt forschungszentrum'
  ).split(' '),
);

/** Word endings that only occur in names of institutions. */
const INSTITUTION_END =
  /(?:gemeinschaft|gesellschaft|universität|hochschule|institut|stiftung|zentrum|anstalt|behörde|ministerium|verband|verein|museum|bibliothek|konsortium|akademie|rat e\.v\.)$/;

/** Whether a name contains something that no person's name does. */
export function isInstitution(name: string): boolean {
  const lower = name.toLowerCase();
  // Das is a surname too.
  if (/^(?:the|die)\s|^(?:le|la|les)\s\S+\s/.test(lower)) return true;
  return lower
    .split(/[\s,/()]+/)
    .some((word) => INSTITUTION.has(word) || INSTITUTION_END.test(word) || /^(?:univ|nfdi)/.test(word));
}
