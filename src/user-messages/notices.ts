import type { Notice, NoticeCode } from '../notice.js';
import type { Language } from './user-message.js';

type Messages = Record<NoticeCode, (about: Pick<Notice, 'file' | 'more'>) => string>;

const ENGLISH: Messages = {
  unknown_field: () =>
    'The application sent a setting that is not known here. It had no effect; your files are not touched by it.',
  encoded_file_name: ({ file, more }) =>
    `The name “${file}”${more > 0 ? ` and ${more} more` : ''} came with percent signs and was kept like that. If it should read otherwise, rename the file and send it again.`,
  desktop_file: ({ file, more }) =>
    `“${file}”${more > 0 ? ` and ${more} more files` : ''} may have been put there by your system and not by you. They were sent as well; remove them at Zenodo if nobody is to see them.`,
  parts_kept: ({ file, more }) =>
    `“${file}” also keeps ${more === 1 ? '1 file' : `${more} files`} from before that you did not send now.`,
  folder_replaced: ({ file, more }) =>
    `“${file}” took the place of the folder of ${more === 1 ? '1 file' : `${more} files`} that was there under this name. If you did not mean that, send the folder again.`,
  name_alike: ({ file, more }) =>
    `There is another file at Zenodo whose name differs from “${file}” only in small or capital letters or accents${more > 0 ? `, and ${more} more of your files have such a twin` : ''}. On many computers they cannot stand side by side; please remove the one that you do not need.`,
  replaced_by_other: ({ file, more }) =>
    `A different file “${file}”${more > 0 ? ` (and ${more} more)` : ''} was sent from elsewhere at the same time, and that is what Zenodo has now. If this one is to be there, send it again.`,
  replaced_other: ({ file, more }) =>
    `A different file “${file}”${more > 0 ? ` (and ${more} more)` : ''} was sent from elsewhere at the same time. This one has taken its place at Zenodo.`,
  manifest_not_read: ({ file }) =>
    `${file === null ? 'Your data hold a description that' : `“${file}”`} could not be searched for who may see your files. Please check that before you publish.`,
  manifest_in_folder: ({ file }) =>
    `The description “${file}” lies in a folder beside other files. Only what it says about who may see your files was used.`,
  files_restricted: () =>
    'Your data say that some of them are not for everybody. So your files will be visible only to those whom you allow; you can change that before you publish.',
  files_still_open: () =>
    'Your data say that some of them are not for everybody, but Zenodo still has them as open. This is tried again; please do not publish at Zenodo before you have checked who may see your files.',
  description_changed: () =>
    'Part of the description at Zenodo had to be changed so that Zenodo accepts it. Please read it through before you publish.',
  other: () => 'There is a remark about these files. The application can tell you more.',
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

/** Characters of a file's name that are shown: a sentence is to stay one. */
const MOST_OF_NAME = 100;

/** What a notice means for the person at the browser. */
export function noticeMessage({ code, file, more }: Notice, language: Language): string {
  const name = file !== null && file.length > MOST_OF_NAME ? `${file.slice(0, MOST_OF_NAME)}…` : file;
  return NOTICE_MESSAGES[language][code]({ file: name, more });
}
