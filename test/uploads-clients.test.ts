import { execFile } from 'node:child_process';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { request } from 'undici';
import { lackOfProgram, lackOfPython, PYTHON } from './debian.js';
import { startService } from './service.js';
import { temporaryFolder } from './teardown.js';
import { leftIn, newDraft, noise, stored, TOKEN, until, upload } from './uploads.js';

const run = promisify(execFile);

/** Sends a body of `size` bytes in every way that is refused, and prints what `requests` saw. */
const REFUSALS = `
import json, os, sys, requests
url, draft, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
body = os.urandom(1024) * (size // 1024)
token = {'access_token': '${TOKEN}'}
big = ('f', ('a.bin', body))
files = f'{url}/depositions/{draft}/files'
def say(name, send):
    try:
        answer = send()
        print(json.dumps([name, answer.status_code, answer.json()['code']]))
    except Exception as error:
        print(json.dumps([name, 0, type(error).__name__]))
post = lambda **how: requests.post(how.pop('url', files), timeout=30, **how)
say('wrong token', lambda: post(data={'access_token': 'wrong'}, files=[big]))
say('no such draft', lambda: post(url=f'{url}/depositions/999999999/files', data=token, files=[big]))
say('no number', lambda: post(url=f'{url}/depositions/abc/files', data=token, files=[big]))
say('dots', lambda: post(data=token, files=[('f', ('../a.bin', body))]))
say('second name', lambda: post(data=token, files=[('f', ('x.txt', 'x')), ('f', ('X.txt', body))]))
say('too large', lambda: post(data={**token, 'sizes': json.dumps({'a.bin': 60 * 10**9})}, files=[big]))
say('late fault', lambda: post(data=token, files=[big, ('f', ('/etc/x', 'x'))]))
say('JSON', lambda: post(data=body, headers={'content-type': 'application/json', 'authorization': 'Bearer ${TOKEN}'}))
say('raw to nobody', lambda: requests.put(f'{files}/a.bin', data=body, timeout=30))
say('raw with a wrong md5', lambda: requests.put(f'{files}/a.bin', data=body, timeout=30,
    headers={'authorization': 'Bearer ${TOKEN}', 'content-md5': '0' * 32}))
say('nowhere', lambda: requests.put(f'{url}/nowhere', data=body, timeout=30))
`;

/**
 * The same with a body too large for memory, read from a file without blocks. Prints the answer and
 * how long it took.
 */
const HUGE = `
import json, sys, time, requests
url, draft, path = sys.argv[1:]
class Form:
    def __init__(self, name):
        head = f'--xyz\\r\\nContent-Disposition: form-data; name="f"; filename="{name}"\\r\\n\\r\\n'
        self.parts = [head.encode(), open(path, 'rb'), b'\\r\\n--xyz--\\r\\n']
        self.left = 1024**3 + len(self.parts[0]) + len(self.parts[2])
    def __len__(self): return self.left
    def read(self, size):
        first = self.parts[0] if self.parts else b''
        if isinstance(first, bytes):
            del self.parts[:1]
            return first
        return first.read(1024**2) or (self.parts.pop(0) and self.read(size))
files = f'{url}/depositions/{draft}/files'
form = {'content-type': 'multipart/form-data; boundary=xyz'}
def say(name, send):
    begun = time.time()
    try:
        answer = send()
        print(json.dumps([name, answer.status_code, answer.json()['code'], time.time() - begun < 20]))
    except Exception as error:
        print(json.dumps([name, 0, repr(error), 0]))
def post(name, token): return requests.post(files, data=Form(name), headers={**form, 'authorization': f'Bearer {token}'}, timeout=30)
say('wrong token', lambda: post('a.bin', 'wrong'))
say('dots', lambda: post('../a.bin', '${TOKEN}'))
say('raw to nobody', lambda: requests.put(f'{files}/a.bin', data=open(path, 'rb'), timeout=30))
say('too large', lambda: requests.put(f'{files}/a.bin', data=open(path, 'rb'), timeout=30, headers={'authorization': 'Bearer ${TOKEN}'}))
`;

/**
 * The documented client with a read time-out of 5 s; prints how the upload ended and after how many
 * seconds.
 */
const PATIENT = `
import io, json, sys, time, requests
url, draft = sys.argv[1:]
begun = time.time()
answer = requests.post(f'{url}/depositions/{draft}/files', data={'access_token': '${TOKEN}'},
    files=[('f', ('slow.bin', io.BytesIO(bytes(1_000_000))))], timeout=5)
first = answer.status_code
while answer.json()['state'] == 'running':
    time.sleep(0.5)
    answer = requests.get(answer.json()['status_url'], headers={'authorization': 'Bearer ${TOKEN}'}, timeout=5)
print(json.dumps([first, answer.json()['state'], time.time() - begun]))
`;

t.test('what other programs see', { skip: await lackOfPython('python3-requests') }, async (t) => {
  const { url, mock, stagingDir } = await startService(t, {
    env: { SYNC_WAIT_SECONDS: '1', MAX_FILE_BYTES: '1000000000' },
  });
  const folder = await temporaryFolder(t);

  for (const size of [1024 ** 2, 64 * 1024 ** 2]) {
    await t.test(`Python's requests receives every refusal of ${size / 1024 ** 2} MiB`, async (t) => {
      const id = await newDraft(mock);
      const { stdout } = await run(PYTHON, ['-c', REFUSALS, url, String(id), String(size)]);
      const seen = stdout.trim().split('\n');
      t.same(
        seen.map((line) => JSON.parse(line) as unknown),
        [
          ['wrong token', 401, 'invalid_token'],
          ['no such draft', 404, 'deposition_not_found'],
          ['no number', 400, 'invalid_deposition_id'],
          ['dots', 400, 'invalid_file_name'],
          ['second name', 400, 'duplicate_file_name'],
          ['too large', 413, 'payload_too_large'],
          ['late fault', 400, 'invalid_file_name'],
          ['JSON', 400, 'no_files'],
          ['raw to nobody', 401, 'missing_token'],
          ['raw with a wrong md5', 400, 'checksum_mismatch'],
          ['nowhere', 404, 'not_found'],
        ],
      );
      t.same(await leftIn(stagingDir), []);
    });
  }

  await t.test('and of 1 GiB', async (t) => {
    const id = await newDraft(mock);
    const path = join(folder, 'sparse.bin');
    await writeFile(path, '');
    await truncate(path, 1024 ** 3);
    const { stdout } = await run(PYTHON, ['-c', HUGE, url, String(id), path]);
    t.same(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
      [
        ['wrong token', 401, 'invalid_token', true],
        ['dots', 400, 'invalid_file_name', true],
        ['raw to nobody', 401, 'missing_token', true],
        ['too large', 413, 'payload_too_large', true],
      ],
    );
    t.same(await leftIn(stagingDir), []);
  });

  await t.test('a client with a read time-out of 5 s survives an upload of 12 s', async (t) => {
    const id = await newDraft(mock);
    mock.faults.add({ method: 'PUT', path: '/api/files/:bucket/:key', throttleRequest: 80_000, times: 1 });
    const { stdout } = await run(PYTHON, ['-c', PATIENT, url, String(id)]);
    const [first, state, seconds] = JSON.parse(stdout) as [number, string, number];
    t.same([first, state], [202, 'done']);
    t.ok(seconds > 12, `${seconds} s`);
    t.same(Object.keys(stored(mock, id)), ['slow.bin']);
  });

  await t.test('zips are read by unzip and by Python, names and bytes', async (t) => {
    const id = await newDraft(mock);
    const files = {
      'Daten/Größe é.txt': 'umlauts',
      'Daten/数据/a b.csv': '1,2',
      'Daten/Run:1.txt': 'colon',
      'Daten/empty.txt': '',
      'Daten/noise.bin': noise(300_000),
      'note.txt': 'so that the folder stays one',
    };
    const { status, body } = await upload(url, id, files);
    t.ok(status === 200 || (await until(body.status_url, ['done'])).body.state === 'done');
    t.same(Object.keys(stored(mock, id)).sort(), ['Daten.zip', 'note.txt']);
    const answer = await request(`${url}/depositions/${id}/files/Daten.zip`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const path = join(folder, 'Daten.zip');
    await writeFile(path, Buffer.from(await answer.body.arrayBuffer()));
    const read = `import json,sys,zipfile
z = zipfile.ZipFile(sys.argv[1])
print(json.dumps([z.testzip(), [[i.filename, i.file_size, i.compress_type] for i in z.infolist()]]))`;
    const [broken, entries] = JSON.parse((await run(PYTHON, ['-c', read, path])).stdout) as [null, unknown[]];
    t.equal(broken, null);
    t.same(entries, [
      ['Daten/Größe é.txt', 7, 0],
      ['Daten/Run:1.txt', 5, 0],
      ['Daten/empty.txt', 0, 0],
      ['Daten/noise.bin', 300_000, 0],
      ['Daten/数据/a b.csv', 3, 0],
    ]);
    const unzip = await run('unzip', ['-t', path]).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return { stdout: 'no unzip here' };
    });
    t.match(unzip.stdout, /No errors detected|no unzip here/);
  });
});

/** Has bodies refused before they end, and goes on with the same client; prints what it is told. */
const JAVA = `import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.*;
import java.time.Duration;

class Refused {
  public static void main(String[] args) throws Exception {
    for (var version : HttpClient.Version.values()) {
      var client = HttpClient.newBuilder().version(version).build();
      for (var size : new int[] { 1, 70_000, 5_000_000 }) {
        for (var round = 0; round < 10; round++) {
          var chunked = HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[size]));
          for (var path : new String[] { "/depositions/1/files/a.bin", "/depositions/x/files/a.bin" })
            say(client, request(args[0] + path).PUT(chunked));
          say(client, request(args[0] + "/depositions/1/files").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[size])));
          say(client, request(args[0] + "/healthz"));
        }
      }
    }
  }

  static HttpRequest.Builder request(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(60));
  }

  static void say(HttpClient client, HttpRequest.Builder request) {
    try {
      System.out.println(client.send(request.build(), HttpResponse.BodyHandlers.ofString()).statusCode());
    } catch (Exception error) {
      System.out.println(error);
    }
  }
}
`;

t.test(
  'Java’s client goes on after a body that was refused',
  { skip: await lackOfProgram('/usr/bin/javac', 'default-jdk-headless') },
  async (t) => {
    const { url } = await startService(t);
    const file = join(t.testdir({ 'Refused.java': JAVA }), 'Refused.java');
    const { stdout } = await run('/usr/bin/java', [file, url], { timeout: 240_000 });
    const said = stdout.trim().split('\n');
    const round = [said[0], said[1], said[2], '200'];
    t.match(round.slice(0, 3), [/^4\d\d$/, /^4\d\d$/, /^4\d\d$/]);
    t.same(said, Array(60).fill(round).flat());
  },
);
