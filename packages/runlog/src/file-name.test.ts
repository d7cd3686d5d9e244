import { describe, expect, it } from 'vitest'
import { checkFileName, fileNameProblem } from './file-name.ts'

describe('fileNameProblem(path)', () => {
  it.each(['run.json', 'plots/loss.svg', 'checkpoints/step-000500.safetensors', 'a/b/c/d.e.f', 'Über größe.txt'])(
    'accepts %s',
    (path) => {
      expect(fileNameProblem(path)).toBeUndefined()
    },
  )

  it.each([
    ['', 'it is empty'],
    ['/etc/passwd', 'it is absolute'],
    ['../x', 'it leaves the run directory'],
    ['a/../../x', 'it leaves the run directory'],
    ['a/..', 'it leaves the run directory'],
    ['./x', 'a part starts with a dot'],
    ['.ssh/keys', 'a part starts with a dot'],
    ['a//b', 'it has an empty part'],
    ['a/', 'it has an empty part'],
    ['..\\x', 'it contains "\\\\"'],
    ['C:/x', 'it contains ":"'],
    ['a\u0000.txt', 'it contains "\\u0000"'],
    ['a\nb', 'it contains "\\n"'],
    ['plots/con.svg', '"con.svg" is a device on Windows'],
    ['LPT1', '"LPT1" is a device on Windows'],
    ['a. /b', 'a part ends with a dot or a space'],
    ['a'.repeat(201), 'a part has 201 characters, at most 200 fit'],
    ['a/'.repeat(600), 'it has 1200 characters, at most 1024 fit'],
  ])('refuses %j', (path, problem) => {
    expect(fileNameProblem(path)).toBe(problem)
  })
})

describe('checkFileName(operation, path)', () => {
  it('throws one line that names the operation', () => {
    expect(() => checkFileName('writeFile', '../../etc/passwd')).toThrowErrorMatchingInlineSnapshot(
      `[RunlogError: writeFile: file name "../../etc/passwd" is refused: it leaves the run directory. Use a relative path such as "plots/loss.svg".]`,
    )
  })
})
