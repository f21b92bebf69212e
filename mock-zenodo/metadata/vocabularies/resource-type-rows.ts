/**
 * Resource types: id, title, icon, CSL, DataCite (general, own), OpenAIRE (number, kind), eu-repo,
 * schema.org, MARC 21 (type, subtype), and an x where records cannot be of it
 * (`inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/resource_types.yaml`).
 */
const ROWS = `
publication|Publication|file alternate|report|Text||0017|publication|other|CreativeWork|publication||
publication-annotationcollection|Annotation collection|file alternate|report|Collection||0009|publication|technicalDocumentation|Collection|publication|annotationcollection|
publication-book|Book|file alternate|book|Book||0002|publication|book|Book|publication|book|
publication-section|Book chapter|file alternate|chapter|BookChapter||0013|publication|bookPart|ScholarlyArticle|publication|section|
publication-conferencepaper|Conference paper|file alternate|paper-conference|ConferencePaper||0004|publication|conferencePaper|ScholarlyArticle|publication|conferencepaper|
publication-conferenceproceeding|Conference proceeding|file alternate|paper-conference|ConferenceProceeding||0004|publication|conferenceProceedings|ScholarlyArticle|publication|conferenceproceeding|
publication-datamanagementplan|Output management plan|file alternate|report|OutputManagementPlan||0045|publication|technicalDocumentation|CreativeWork|publication|datamanagementplan|
publication-journal|Journal|file alternate|journal|Journal||0043|publication|article|ScholarlyArticle|publication|journal|
publication-article|Journal article|file alternate|article-journal|JournalArticle||0001|publication|article|ScholarlyArticle|publication|article|
publication-patent|Patent|file alternate|patent|Text|Patent|0019|publication|patent|CreativeWork|publication|patent|
publication-peerreview|Peer review|file alternate|article|PeerReview||0015|publication|review|ScholarlyArticle|publication|peerreview|
publication-preprint|Preprint|file alternate|article|Preprint||0016|publication|preprint|ScholarlyArticle|publication|preprint|
publication-deliverable|Project deliverable|file alternate|report|Text|Project deliverable|0034|publication|report|CreativeWork|publication|deliverable|
publication-milestone|Project milestone|file alternate|report|Text|Project milestone|0035|publication|report|CreativeWork|publication|milestone|
publication-proposal|Proposal|file alternate|article|Text|Proposal|0036|publication|researchProposal|CreativeWork|publication|proposal|
publication-report|Report|file alternate|article|Report||0017|publication|report|ScholarlyArticle|publication|report|
publication-softwaredocumentation|Software documentation|file alternate|article|Text|Software documentation|0009|publication|technicalDocumentation|CreativeWork|publication|softwaredocumentation|
publication-taxonomictreatment|Taxonomic treatment|file alternate|article|Text|Taxonomic treatment|0020|publication|other|ScholarlyArticle|publication|taxonomictreatment|
publication-technicalnote|Technical note|file alternate|article|Text|Technical note|0009|publication|technicalDocumentation|ScholarlyArticle|publication|technicalnote|
publication-workingpaper|Working paper|file alternate|article|Text|Working paper|0014|publication|workingPaper|ScholarlyArticle|publication|workingpaper|
publication-datapaper|Data paper|file alternate|article|DataPaper||0031|publication|workingPaper|ScholarlyArticle|publication|datapaper|
publication-dissertation|Thesis|file alternate|article|Dissertation||0044|publication|other|Thesis|publication|dissertation|
publication-standard|Standard|file alternate|article|Standard||0038|publication|other|other|publication|standard|
publication-studyregistration|Study Registration|file alternate|article|StudyRegistration||0038|publication|other|other|publication|studyregistration|
publication-other|Other|file alternate|article|Text|Other|0020|publication|other|CreativeWork|publication|other|
poster|Poster|columns|graphic|Poster||0004|publication|conferencePoster|CreativeWork|poster||
presentation|Presentation|group|speech|Presentation||0004|publication|lecture|PresentationDigitalDocument|presentation||
event|Event|calendar alternate outline|event|Event||0023|publication|other|Event|event||
dataset|Dataset|table|dataset|Dataset||0021|dataset|other|Dataset|dataset||
image|Image|chart bar outline|figure|Image||0025|dataset|other|ImageObject|image||
image-figure|Figure|chart bar outline|figure|Image|Figure|0025|dataset|other|ImageObject|image|figure|
image-plot|Plot|chart bar outline|figure|Image|Plot|0025|dataset|other|ImageObject|image|plot|
image-drawing|Drawing|chart bar outline|graphic|Image|Drawing|0025|dataset|other|ImageObject|image|drawing|
image-diagram|Diagram|chart bar outline|figure|Image|Diagram|0025|dataset|other|ImageObject|image|diagram|
image-photo|Photo|chart bar outline|graphic|Image|Photo|0025|dataset|other|Photograph|image|photo|
image-other|Other|chart bar outline|graphic|Image|Other|0025|dataset|other|ImageObject|image|other|
model|Model|chart bar outline|figure|Model||0027|dataset|other|CreativeWork|model||
video|Video|film|motion_picture|Audiovisual||0033|dataset|other|MediaObject|video||
audio|Audio|volume up|document|Sound||0033|dataset|other|MediaObject|audio||
software|Software|code|software|Software||0029|software|other|SoftwareSourceCode|software||
lesson|Lesson|graduation|speech|InteractiveResource||0010|other|lecture|CreativeWork|lesson||
software-computationalnotebook|Computational notebook|code|software|ComputationalNotebook||0040|software|other|SoftwareSourceCode|software|computationalnotebook|
other|Other|asterisk|article|Other||0020|other|other|CreativeWork|other||
physicalobject|Physical object|cube|graphic|PhysicalObject||0010|other|other|CreativeWork|physicalobject||
workflow|Workflow|code fork|software|Workflow||0020|other|other|CreativeWork|workflow||
project|Project|sitemap||Project||||||||x
instrument|Instrument|wrench||Instrument||||||||x
`;

/** What the vocabulary says about a resource type. Missing texts are empty. */
interface ResourceType {
  id: string;
  title: string;
  icon: string;
  csl: string;
  /** DataCite's `resourceTypeGeneral`, and the text for its `resourceType`. */
  datacite: { general: string; type: string };
  openaire: { resourceType: string; type: string };
  eurepo: string;
  /** The class of schema.org, as a URL. */
  schemaOrg: string;
  marc21: { type: string; subtype: string };
  /** Whether a record may have this type. Related works may have any. */
  depositable: boolean;
}

/** All resource types by their ids. */
export const RESOURCE_TYPES: ReadonlyMap<string, ResourceType> = new Map(
  ROWS.trim()
    .split('\n')
    .map((row) => {
      const [id = '', title = '', icon = '', csl = '', general = '', type = '', ...more] = row.split('|');
      const [
        resourceType = '',
        kind = '',
        eurepo = '',
        schema = '',
        marcType = '',
        marcSubtype = '',
        closed,
      ] = more;
      return [
        id,
        {
          id,
          title,
          icon,
          csl,
          datacite: { general, type },
          openaire: { resourceType, type: kind },
          eurepo: eurepo === '' ? '' : `info:eu-repo/semantics/${eurepo}`,
          schemaOrg: schema === '' ? '' : `https://schema.org/${schema}`,
          marc21: { type: marcType, subtype: marcSubtype },
          depositable: closed === '',
        },
      ];
    }),
);
