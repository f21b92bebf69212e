import type { Notice, NoticeCode } from '../notice.js';
import type { Language } from './user-message.js';

type Messages = Record<NoticeCode, (about: Pick<Notice, 'file' | 'more'>) => string>;

const ENGLISH: Messages = {
  unknown_field: () =>
    'The application sent a setting that is not known here. It had no effect on your files.',
  encoded_file_name: ({ file, more }) =>
    `The name “${file}”${more > 0 ? ` and ${more} more` : ''} arrived with percent signs and was kept unchanged. If that is not the name you want, rename the file and send it again.`,
  desktop_file: ({ file, more }) =>
    `“${file}”${more > 0 ? ` and ${more} more files` : ''} may come from your operating system and not from you. They were sent too, so remove them at Zenodo if you do not want to publish them.`,
  parts_kept: ({ file, more }) =>
    `“${file}” also keeps ${more === 1 ? '1 earlier file' : `${more} earlier files`} that you did not send this time.`,
  folder_replaced: ({ file, more }) =>
    `“${file}” replaced the folder with ${more === 1 ? '1 file' : `${more} files`} that had this name. If you did not intend that, send the folder again.`,
  file_replaced: ({ file, more }) =>
    `“${file}”${more > 0 ? ` and ${more} more files` : ''} replaced a different file of the same name that came from another folder. To keep both, send the two folders together.`,
  name_alike: ({ file, more }) =>
    `Zenodo has another file whose name differs from “${file}” only in upper and lower case or accents${more > 0 ? `, and the same is true for ${more} more of your files` : ''}. Many computers cannot store both in one folder, so please remove the one that you do not need.`,
  replaced_by_other: ({ file, more }) =>
    `A different file “${file}”${more > 0 ? ` (and ${more} more)` : ''} was sent from elsewhere at the same time, and Zenodo has that one now. If it should be this one, send it again.`,
  replaced_other: ({ file, more }) =>
    `A different file “${file}”${more > 0 ? ` (and ${more} more)` : ''} was sent from elsewhere at the same time. This one has replaced it at Zenodo.`,
  manifest_not_read: ({ file }) =>
    `${file === null ? 'A description in your data' : `“${file}”`} could not be read to find out who may see your files. Please check that before you publish.`,
  manifest_in_folder: ({ file }) =>
    `The description “${file}” is in a folder with other files. Only what it says about who may see your files was used.`,
  files_restricted: () =>
    'According to your data, some of your files are not public, so your files will be visible only to people whom you allow. You can change that before you publish.',
  files_still_open: () =>
    'According to your data, some of your files are not public, but at Zenodo they are still open, and this service keeps trying to change that. Please do not publish at Zenodo before you have checked who may see your files.',
  description_changed: () =>
    'Part of the description had to be changed so that Zenodo accepts it. Please read it before you publish.',
  other: () => 'There is a note about these files. The application can tell you more.',
};

const GERMAN: Messages = {
  unknown_field: () =>
    'Die Anwendung hat eine Einstellung gesendet, die hier nicht bekannt ist. Sie hatte keine Wirkung; Ihre Dateien sind davon nicht berührt.',
  encoded_file_name: ({ file, more }) =>
    `Der Name „${file}“${more > 0 ? ` und ${more} weitere` : ''} kam mit Prozentzeichen an und blieb so. Wenn er anders lauten soll, benennen Sie die Datei um und senden Sie sie noch einmal.`,
  desktop_file: ({ file, more }) =>
    `„${file}“${more > 0 ? ` und ${more} weitere Dateien` : ''} hat vielleicht Ihr System angelegt und nicht Sie. Auch das wurde gesendet; entfernen Sie es bei Zenodo, wenn es niemand sehen soll.`,
  parts_kept: ({ file, more }) =>
    `„${file}“ behält auch ${more === 1 ? '1 Datei' : `${more} Dateien`} von früher, die Sie jetzt nicht gesendet haben.`,
  folder_replaced: ({ file, more }) =>
    `„${file}“ hat den Ordner mit ${more === 1 ? '1 Datei' : `${more} Dateien`} ersetzt, der unter diesem Namen da war. Wenn Sie das nicht wollten, senden Sie den Ordner noch einmal.`,
  file_replaced: ({ file, more }) =>
    `„${file}“${more > 0 ? ` und ${more} weitere Dateien` : ''} hat eine andere Datei dieses Namens ersetzt, die aus einem anderen Ordner kam. Wenn Sie beide behalten wollen, senden Sie die zwei Ordner zusammen.`,
  name_alike: ({ file, more }) =>
    `Bei Zenodo liegt noch eine Datei, deren Name sich von „${file}“ nur in Groß- und Kleinschreibung oder Akzenten unterscheidet${more > 0 ? `; für ${more} weitere Ihrer Dateien gilt das auch` : ''}. Auf vielen Rechnern passen beide nicht nebeneinander; bitte entfernen Sie die, die Sie nicht brauchen.`,
  replaced_by_other: ({ file, more }) =>
    `Eine andere Datei „${file}“${more > 0 ? ` (und ${more} weitere)` : ''} wurde gleichzeitig von anderswo gesendet, und die liegt jetzt bei Zenodo. Wenn diese dort liegen soll, senden Sie sie noch einmal.`,
  replaced_other: ({ file, more }) =>
    `Eine andere Datei „${file}“${more > 0 ? ` (und ${more} weitere)` : ''} wurde gleichzeitig von anderswo gesendet. Diese hat sie bei Zenodo ersetzt.`,
  manifest_not_read: ({ file }) =>
    `${file === null ? 'Eine Beschreibung in Ihren Daten' : `„${file}“`} ließ sich nicht darauf durchsehen, wer Ihre Dateien sehen darf. Bitte prüfen Sie das, bevor Sie veröffentlichen.`,
  manifest_in_folder: ({ file }) =>
    `Die Beschreibung „${file}“ liegt in einem Ordner neben anderen Dateien. Übernommen wurde nur, wer Ihre Dateien sehen darf.`,
  files_restricted: () =>
    'In Ihren Daten steht, dass manches davon nicht für alle ist. Ihre Dateien werden deshalb nur für die sichtbar sein, denen Sie es erlauben; vor der Veröffentlichung können Sie das ändern.',
  files_still_open: () =>
    'In Ihren Daten steht, dass manches davon nicht für alle ist, aber bei Zenodo sind sie noch offen. Es wird weiter versucht; bitte veröffentlichen Sie bei Zenodo nicht, bevor Sie geprüft haben, wer Ihre Dateien sehen darf.',
  description_changed: () =>
    'Ein Teil der Beschreibung bei Zenodo musste geändert werden, damit Zenodo sie annimmt. Bitte lesen Sie sie durch, bevor Sie veröffentlichen.',
  other: () => 'Zu diesen Dateien gibt es einen Hinweis. Die Anwendung kann Ihnen mehr sagen.',
};

const NOTICE_MESSAGES: Readonly<Record<Language, Messages>> = { en: ENGLISH, de: GERMAN };

/** Characters of a file name that are shown, so that sentences stay readable. */
const MAX_NAME = 100;

/** The user message of a notice. */
export function noticeMessage({ code, file, more }: Notice, language: Language): string {
  const name = file !== null && file.length > MAX_NAME ? `${file.slice(0, MAX_NAME)}…` : file;
  return NOTICE_MESSAGES[language][code]({ file: name, more });
}
