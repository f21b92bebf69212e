import { isFp7, isFunder } from './funders.js';

/**
 * A few awards from OpenAIRE: id, acronym, title, programme, address
 * (`zenodo/zenodo-rdm:app_data/vocabularies/awards.yaml`). The programme of FP7 is written as by
 * production's import from OpenAIRE, by which the deposit API recognises it.
 */
const ROWS = `
00k4n6c32::283595|OpenAIREplus|2nd-Generation Open Access Infrastructure for Research in Europe|FP7|https://cordis.europa.eu/project/id/283595
00k4n6c32::654039|THOR|Technical and Human Infrastructure for Open Research|H2020-EU.1.4.|https://cordis.europa.eu/project/id/654039
00k4n6c32::777523|FREYA|Connected Open Identifiers for Discovery, Access and Use of Research Resources|H2020-EU.1.4.|https://cordis.europa.eu/project/id/777523
00k4n6c32::777541|OpenAIRE-Advance|OpenAIRE Advancing Open Scholarship|H2020-EU.1.4.|https://cordis.europa.eu/project/id/777541
00k4n6c32::101017452|OpenAIRE-Nexus|OpenAIRE-Nexus Scholarly Communication Services for EOSC users|H2020-EU.1.4.1.3.|https://cordis.europa.eu/project/id/101017452
00k4n6c32::101057264|FAIRCORE4EOSC|Core Components Supporting a FAIR EOSC|HORIZON.1.3|https://cordis.europa.eu/project/id/101057264
01cwqze88::1OT2DB000013-01||Zenodo and the Generalist Repository Ecosystem Initiative (GREI)|OFFICE_OF_THE_DIRECTOR,_NATIONAL_INSTITUTES_OF_HEALTH|
00k4n6c32::101122956|HORIZON-ZEN|EU research programme beneficiary depositing solution in Zenodo|HORIZON.1.3|https://cordis.europa.eu/project/id/101122956
00k4n6c32::101256740|HORIZON-ZEN Plus|Evolution and operation of EU Open Research Repository in Zenodo|HORIZON.1.3|https://cordis.europa.eu/project/id/101256740
00k4n6c32::101129744|EVERSE|European Virtual Institute for Research Software Excellence|HORIZON.1.3.1|https://cordis.europa.eu/project/id/101129744
`;

/** An award of a funder. */
export interface Award {
  id: string;
  number: string;
  funder: string;
  title?: string;
  acronym?: string;
  program?: string;
  identifiers: { identifier: string; scheme: string }[];
}

/** The awards that the mock has data about. */
export const AWARDS: ReadonlyMap<string, Award> = new Map(
  ROWS.trim()
    .split('\n')
    .map((row) => {
      const [id = '', acronym, title, program, url] = row.split('|');
      const identifiers = url ? [{ identifier: url, scheme: 'url' }] : [];
      return [
        id,
        {
          ...bare(id),
          ...(title && { title }),
          ...(acronym && { acronym }),
          ...(program && { program }),
          identifiers,
        },
      ];
    }),
);

/**
 * An award by its id, `<funder>::<number>`. Zenodo has three million. The mock accepts any number
 * of a known funder as an award without a title, and recognises FP7 by the range of its numbers.
 */
export function awardNamed(id: string): Award | undefined {
  const known = AWARDS.get(id);
  if (known !== undefined) return known;
  const award = bare(id);
  if (!isFunder(award.funder) || award.number === '') return undefined;
  return isFp7(award.funder, award.number) ? { ...award, program: 'FP7' } : award;
}

function bare(id: string): Award {
  const [funder = '', ...rest] = id.split('::');
  return { id, number: rest.join('::'), funder, identifiers: [] };
}
