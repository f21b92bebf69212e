/**
 * A few of the 110,000 organisations from ROR in Zenodo: id, name, acronym, country, GRID and ISNI
 * (`zenodo/zenodo-rdm:app_data/vocabularies/affiliations.yaml`,
 * `inveniosoftware/invenio-rdm-records:invenio_rdm_records/fixtures/data/vocabularies/affiliations_ror.yaml`).
 */
const ROWS = `
00bas1c41|AGH University of Krakow|AGH UST|PL|9922.0|0000000091741488
02j61yw88|Aristotle University of Thessaloniki||GR|4793.9|0000000109457005
0576by029|Athena Research and Innovation Center In Information Communication & Knowledge Technologies||GR|19843.37|0000000403935688
038sjwq14|Australian Research Data Commons|ARDC|AU|503071.0|
05sd8tv96|Barcelona Supercomputing Center|BSC|ES|10097.3f|0000000403871602
02hpadn98|Bielefeld University||DE|7491.b|0000000109449128
05dhe8b71|British Library|BL|GB|36212.34|
02ex6cf31|Brookhaven National Laboratory|BNL|US|202665.5|0000000121884229
04m8m1253|CSC - IT Center for Science (Finland)|CSC|FI|20709.3c|0000000405129137
05dxps055|California Institute of Technology|CIT|US|20861.3d|0000000107068890
02feahw73|Centre National de la Recherche Scientifique|CNRS|FR|4444.0|0000000122597504
03bndpq63|Centre for Research and Technology Hellas|CERTH|GR|423747.1|0000000122165285
024d6js02|Charles University||CZ|4491.8|000000041937116X
03wp25384|Common Language Resources and Technology Infrastructure|CLARIN|NL||
035c9qf67|Couperin||FR|452089.2|0000000405804892
02twcfp32|Crossref|PILA|US|466633.2|0000000405062673
01653xx13|Data Futures GmbH|DF|DE||
04wxnsj81|DataCite||DE|475826.a|0000000492299539
02e2c7k09|Delft University of Technology||NL|5292.c|0000000120974740
05n09v162|Digital Research Infrastructure for the Arts and Humanities|DARIAH|FR||0000000508199744
04j5wtv36|Directorate-General Joint Research Centre|JRC|BE|489339.c|000000040635247X
056pp6k18|EIFL||LT||0000000106876327
047h63042|Eko-Konnect||NG|503642.6|
013fhv752|Elsevier BV (Netherlands)||NL||
01zjc6908|European Molecular Biology Laboratory|EMBL|FR|418923.5|000000040638528X
01ggx4157|European Organization for Nuclear Research|CERN|CH|9132.9|000000012156142X
0387prb75|FIZ Karlsruhe – Leibniz Institute for Information Infrastructure||DE|434104.6|0000000115191565
00f7hpc57|Friedrich-Alexander-Universität Erlangen-Nürnberg|FAU|DE|5330.5|0000000121073311
034thb936|Fundación Española para la Ciencia y la Tecnología|FECYT|ES|424798.4|0000000089711837
03ztgj037|German Climate Computing Centre|DKRZ|DE|424215.4|0000000403741955
00cd95c65|Gesellschaft für wissenschaftliche Datenverarbeitung mbH Göttingen|GWDG|DE|434972.f|0000000099880570
00d7xrm67|Graz University of Technology||AT|410413.3|000000012294748X
01zy2cs03|Helmholtz-Zentrum Dresden-Rossendorf|HZDR|DE|40602.30|0000000121580612
02rt9z237|Hindawi (United Kingdom)||GB|509253.8|0000000404048458
02kvxyf05|Institut national de recherche en sciences et technologies du numérique|INRIA|FR|5328.c|0000000121641438
005ta0471|Istituto Nazionale di Fisica Nucleare|INFN|IT|6045.7|0000000417575281
01rv9gx86|Jisc||GB|426478.b|0000000406203810
026vcq606|KTH Royal Institute of Technology|KTH|SE|5037.1|0000000121581746
01me6gb93|Kaunas University of Technology|KTU|LT|6901.e|0000000110914533
02j46qs45|Masaryk University|MU|CZ|10267.32|0000000121940956
02bfwt286|Monash University||AU|1002.3|0000000419367857
033m02g29|National Hellenic Research Foundation|NHRF|GR|22459.38|0000000122326894
05tcasm11|National Infrastructures for Research and Technology -  GRNET S.A|GRNET|GR|9067.8|
04zaypm56|National Research Council|CNR|IT|5326.2|0000000119404177
04gnjpq42|National and Kapodistrian University of Athens||GR|5216.0|0000000121550800
00rbjv475|Netherlands eScience Center|NLeSC|NL|454309.f|0000000453457063
000e0be47|Northwestern University|NU|US|16753.36|0000000122993507
04fa4r544|ORCID||US|455335.1|0000000446638501
019kf3481|OpenAIRE Non-Profit Civil Partnership||GR||
008zgvp64|Public Library of Science|PLOS|US|431302.7|000000040482455X
043c0p156|Royal Netherlands Academy of Arts and Sciences|KNAW|NL|418101.d|0000000121536865
02mw21745|Ruđer Bošković Institute|IRB|HR|4905.8|0000000406357705
01pwgd096|SKA Observatory|SKAO|GB|452822.b|0000000417848366
009vhk114|SURF||NL|425959.6|0000000406216574
00k4h2615|Schloss Dagstuhl – Leibniz Center for Informatics|IBFI|DE|469874.0|0000000100093196
03zee5r16|Sikt – Norwegian Agency for Shared Services in Education and Research||NO||
04d836q62|TU Wien|TUW|AT|5329.d|0000000419370669
04qtj9h94|Technical University of Denmark|DTU|DK|5170.3|0000000121818870
04mcehe57|Tind Technologies (Norway)||NO|459209.3|
02tyrky19|Trinity College Dublin|TCD|IE|8217.c|0000000419369705
027thnp44|Trust IT Services||GB|426370.4|
017k52s24|Turkish Academic Network and Information Center|ULAKBIM|TR|509244.e|0000000405742652
001aqnf71|UK Research and Innovation|UKRI|GB|496779.2|0000000494535400
03n6nwv02|Universidad Politécnica de Madrid|UPM|ES|5690.a|0000000121512978
04dkp9463|University of Amsterdam|UvA|NL|7177.6|0000000084992262
02qsmb048|University of Belgrade||RS|7149.b|0000000121669385
01111rn36|University of Bologna|UNIBO|IT|6292.f|0000000417571758
04ers2y35|University of Bremen||DE|7704.4|0000000122974381
02qjrjx09|University of Cyprus|UCY|CY|6603.3|0000000121167908
01nrxwf90|University of Edinburgh||GB|4305.2|0000000419367988
00vtgdb53|University of Glasgow||GB|8756.c|000000012193314X
01y9bpm73|University of Göttingen|GAU|DE|7450.6|0000000123644210
040af2s02|University of Helsinki|UH|FI|7737.4|0000000404102071
0546hnb39|University of Konstanz||DE|9811.1|0000000106587699
05g3mes96|University of Latvia|LU|LV|9845.0|0000000107753222
05njb9z20|University of Ljubljana|UL|SI|8954.0|0000000107216013
036x5ad56|University of Luxembourg||LU|16008.3f|0000000122959843
03a62bv60|University of Malta||MT|4462.4|0000000121769482
037wpkx04|University of Minho||PT|10328.38|000000012159175X
00pd74e08|University of Münster|UM|DE|5949.1|0000000121729288
0130frc33|University of North Carolina at Chapel Hill|UNC|US|10698.36|0000000122483208
00240q980|University of Padua|UNIPD|IT|5608.b|0000000417573470
03fc1k060|University of Salento||IT|9906.6|0000000122897785
03z77qz90|University of Tartu|UT|EE|10939.32|0000000109437661
048tbm396|University of Turin|UNITO|IT|7605.4|0000000123366580
03prydq77|University of Vienna||AT|10420.37|0000000122861424
039bjqg32|University of Warsaw|UW|PL|12847.38|0000000419371290
02crff812|University of Zurich|UZH|CH|7400.3|0000000419370650
00g30e956|Universität Hamburg|UHH|DE|9026.d|0000000122872617
006rqpt26|West and Central African Research and Education Network|WACREN|GH|463700.6|
05a28rw58|ETH Zurich|ETHZ|CH|5801.c|0000000121562780
`;

/** An organisation that people may be affiliated with. */
export interface Affiliation {
  id: string;
  name: string;
  acronym: string;
  /** Two letters, ISO 3166. */
  country: string;
  identifiers: { identifier: string; scheme: string }[];
}

/** All affiliations in the mock, by ROR id. */
export const AFFILIATIONS: ReadonlyMap<string, Affiliation> = new Map(
  ROWS.trim()
    .split('\n')
    .map((row) => {
      const [id = '', name = '', acronym = '', country = '', grid = '', isni = ''] = row.split('|');
      const identifiers = [
        { identifier: id, scheme: 'ror' },
        ...(grid === '' ? [] : [{ identifier: `grid.${grid}`, scheme: 'grid' }]),
        ...(isni === '' ? [] : [{ identifier: isni.replace(/(.{4})(?=.)/g, '$1 '), scheme: 'isni' }]),
      ];
      return [id, { id, name, acronym, country, identifiers }];
    }),
);
