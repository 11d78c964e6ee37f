// A process that is killed while it saves leaves a whole checkpoint. `npm run torture -- kills` does it 300 times.
import test from 'ava'
import { SeededRandom } from '../../scripts/torture/random.js'
import { temporaryFolder } from './support/folder.js'
import { killAndResume } from './support/kills.js'

test('10 kills at random moments: 10 checkpoints, nothing left over', async (t) => {
  t.timeout(180_000)
  const random = new SeededRandom(7)
  const report = await killAndResume(`${await temporaryFolder(t)}/run`, 10, () => random.next())
  t.is(report.loadable, 10)
  t.deepEqual(report.litter, [])
})
