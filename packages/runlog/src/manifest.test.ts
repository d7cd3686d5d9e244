import { describe, expect, it } from 'vitest'
import type { RunManifest } from './manifest.ts'
import { encodeManifest, parseManifest } from './manifest.ts'

const sha256 = '0123456789abcdef'.repeat(4)
const manifest: RunManifest = {
  format: 1,
  id: '20260131-090507-iris',
  status: 'done',
  attempt: 2,
  exitCode: 0,
  device: 'cpu',
  seed: 7,
  started: '2026-01-31T09:05:07.000Z',
  ended: '2026-01-31T09:06:07.000Z',
  cwd: '/home/zoe',
  command: ['metagrad', 'train', 'iris.csv'],
  versions: { metagrad: '0.1.0', node: 'v20.19.0' },
  data: [{ path: 'iris.csv', bytes: 10, sha256 }],
  best: { metric: 'val/loss', value: Number.NaN, step: 3, epoch: 1 },
  files: [{ path: 'config.json', bytes: 2, sha256 }],
}

describe('parseManifest(text)', () => {
  it('reads what encodeManifest wrote', () => {
    expect(parseManifest(encodeManifest(manifest))).toEqual(manifest)
  })

  it('drops fields it does not know', () => {
    expect(parseManifest(JSON.stringify({ ...manifest, best: undefined, mood: 'good' }))).not.toHaveProperty('mood')
  })

  it('refuses what is not JSON', () => {
    expect(() => parseManifest('{')).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: parseManifest: run.json is not JSON.]`,
    )
  })

  it('refuses a version of the future', () => {
    expect(() => parseManifest(JSON.stringify({ ...manifest, format: 2 }))).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: parseManifest: run.json is not valid: format: expected 1.]`,
    )
  })

  it('refuses a listed file outside of the run', () => {
    const files = [{ path: '../../x', bytes: 1, sha256 }]
    expect(() => parseManifest(encodeManifest({ ...manifest, files }))).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: parseManifest: run.json is not valid: files.0.path: unsafe file name.]`,
    )
  })
})
