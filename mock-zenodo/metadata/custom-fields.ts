/**
 * Custom fields that are lists of texts, by namespace
 * (`zenodo/zenodo-rdm:site/zenodo_rdm/custom_fields/domain_fields.py`).
 */
const TEXT_LISTS: Record<string, string> = {
  dwc: `basisOfRecord catalogNumber class collectionCode country county family genus identifiedBy individualCount
    institutionCode kingdom lifeStage locality materialSampleID namePublishedInID namePublishedInYear order
    otherCatalogNumbers phylum preparations recordedBy scientificName scientificNameAuthorship scientificNameID
    sex specificEpithet stateProvince taxonID taxonRank taxonomicStatus typeStatus verbatimElevation
    verbatimEventDate sampleSizeValue sampleSizeUnit associatedSequences eventID samplingProtocol locationID
    habitat countryCode samplingEffort geodeticDatum occurrenceID occurrenceStatus organismQuantityType
    parentEventID datasetID`,
  'gbif-dwc': 'identifiedByID recordedByID',
  gbif: `DNA_sequence pcr_primer_forward pcr_primer_reverse pcr_primer_name_forward pcr_primer_name_reverse`,
  dc: 'creator rightsHolder',
  openbiodiv: 'TaxonomicConceptLabel',
  mixs: '0000090 0000044 0000045 0000050 0000049 0000058 0000012 0000013 0000014',
  ac: `associatedSpecimenReference captureDevice physicalSetting resourceCreationTechnique subjectOrientation
    subjectPart`,
};

/** The full names of the custom fields that are lists of texts. */
export const TEXT_LIST_FIELDS: string[] = Object.entries(TEXT_LISTS).flatMap(([namespace, names]) =>
  names.split(/\s+/).map((name) => `${namespace}:${name}`),
);
