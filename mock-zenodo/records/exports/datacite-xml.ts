import { type Html, html } from '../../pages/html.js';
import type { Author, Citation } from './citation.js';
import { datacite } from './datacite.js';

/** A record as `application/vnd.datacite.datacite+xml`: the DataCite JSON, written as `inveniosoftware/datacite:datacite/schema43.py` does. */
export function dataciteXml(citation: Citation): string {
  const { doi, id, authors, title, publisher, date, keywords, language, version } = citation;
  const { types, rightsList, relatedIdentifiers = [], descriptions = [] } = datacite(citation);
  const body = html`${
    doi === undefined
      ? null
      : html`
  <identifier identifierType="DOI">${doi}</identifier>`
  }
  <alternateIdentifiers>
    <alternateIdentifier alternateIdentifierType="oai">oai:zenodo.org:${id}</alternateIdentifier>
  </alternateIdentifiers>
  <creators>${authors.map(creator)}
  </creators>
  <titles>
    <title>${title}</title>
  </titles>
  <publisher>${publisher}</publisher>
  <publicationYear>${date.slice(0, 4)}</publicationYear>${some(
    'subjects',
    keywords.map(
      (keyword) => html`
    <subject>${keyword}</subject>`,
    ),
  )}
  <dates>
    <date dateType="Issued">${date}</date>
  </dates>${
    language === undefined
      ? null
      : html`
  <language>${language}</language>`
  }
  <resourceType resourceTypeGeneral="${types.resourceTypeGeneral}">${types.resourceType}</resourceType>${some(
    'relatedIdentifiers',
    relatedIdentifiers.map(
      (one) => html`
    <relatedIdentifier relatedIdentifierType="${one.relatedIdentifierType}" relationType="${one.relationType}">${one.relatedIdentifier}</relatedIdentifier>`,
    ),
  )}${
    version === undefined
      ? null
      : html`
  <version>${version}</version>`
  }${some(
    'rightsList',
    rightsList.map(
      (one) => html`
    <rights rightsURI="${one.rightsUri}" rightsIdentifierScheme="${one.rightsIdentifierScheme}" rightsIdentifier="${one.rightsIdentifier}">${one.rights}</rights>`,
    ),
  )}${some(
    'descriptions',
    descriptions.map(
      (one) => html`
    <description descriptionType="${one.descriptionType}">${one.description}</description>`,
    ),
  )}`;
  return `<?xml version='1.0' encoding='utf-8'?>
<resource xmlns="http://datacite.org/schema/kernel-4" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://datacite.org/schema/kernel-4 http://schema.datacite.org/meta/kernel-4.3/metadata.xsd">${body.markup}
</resource>
`;
}

function creator({ name, given, family, organization, orcid, affiliations }: Author): Html {
  return html`
    <creator>
      <creatorName nameType="${organization ? 'Organizational' : 'Personal'}">${name}</creatorName>${
        given === undefined
          ? null
          : html`
      <givenName>${given}</givenName>`
      }${
        organization
          ? null
          : html`
      <familyName>${family}</familyName>`
      }${
        orcid === undefined
          ? null
          : html`
      <nameIdentifier nameIdentifierScheme="ORCID">${orcid}</nameIdentifier>`
      }${affiliations.map(
        (one) => html`
      <affiliation>${one}</affiliation>`,
      )}
    </creator>`;
}

function some(tag: string, items: Html[]): Html | null {
  return items.length === 0
    ? null
    : html`
  <${tag}>${items}
  </${tag}>`;
}
