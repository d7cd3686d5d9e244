import { expect, test } from 'vitest'
import { instrument, type Scope } from './instrument.ts'

const scopes: Scope[] = [
  { specifier: '@metagrad/nn', names: new Set(['Linear', 'relu']) },
  { specifier: 'metagrad', names: new Set(['Linear', 'tensor', 'sum']) },
]
const made = (code: string): string => instrument({ path: 'a.md', line: 5, code }, scopes, 'checks')

test('instrument(code, scopes, checks) turns expectations into checks and keeps every line', () => {
  expect(
    made(
      `const x = tensor([1, 2]) // -> tensor([1., 2.])
x.sum().itemSync() // -> 3
x.mul(2)
// -> tensor([2.,
//            4.])
// Words that follow.
for (const y of [1]) {
  y // -> 1
}
matmul(x, x) // -> throws matmul: ...
console.log('a', 1) // -> a 1`,
    ),
  ).toMatchInlineSnapshot(`
    "import { expectLogged, expectShown, expectThrown } from "checks"; import { tensor, sum } from 'metagrad'; { const x = tensor([1, 2]); expectShown((x), "tensor([1., 2.])", "a.md:5") // -> tensor([1., 2.])
    expectShown((x.sum().itemSync()), "3", "a.md:6") // -> 3
    expectShown((x.mul(2)), "tensor([2., 4.])", "a.md:8")
    // -> tensor([2.,
    //            4.])
    // Words that follow.
    for (const y of [1]) {
      expectShown((y), "1", "a.md:12") // -> 1
    }
    await expectThrown(async () => (matmul(x, x)), "matmul: ...", "a.md:14") // -> throws matmul: ...
    expectLogged(['a', 1], "a 1", "a.md:15") // -> a 1
    }
    "
  `)
})

test('instrument(code, scopes, checks) imports what the example uses from the first scope that has it', () => {
  expect(made('new Linear(1, 1)\ntensor(1)\nother(relu)').split('\n')[0]).toMatchInlineSnapshot(
    `"import { expectLogged, expectShown, expectThrown } from "checks"; import { Linear, relu } from '@metagrad/nn'; import { tensor } from 'metagrad'; { new Linear(1, 1)"`,
  )
})

test('instrument(code, scopes, checks) adds nothing to an example with its own imports', () => {
  expect(made("import { tensor } from 'metagrad'\ntensor(1)")).toMatchInlineSnapshot(`
    "import { expectLogged, expectShown, expectThrown } from "checks"; import { tensor } from 'metagrad'
    tensor(1)
    export {}
    "
  `)
})

test('instrument(code, scopes, checks) refuses an expectation that checks nothing', () => {
  expect(() => made('// -> 3')).toThrowErrorMatchingInlineSnapshot(
    `[SyntaxError: a.md:5: no statement stands before "-> 3", or it stands inside a function.]`,
  )
  expect(() => made('const f = () => {\n  1 // -> 1\n}')).toThrowErrorMatchingInlineSnapshot(
    `[SyntaxError: a.md:6: no statement stands before "-> 1", or it stands inside a function.]`,
  )
  expect(() => made('1\n\n// -> 1')).toThrow('a.md:7: no statement')
})

test('instrument(code, scopes, checks) throws on code that does not parse', () => {
  expect(() => made('const = 1')).toThrow(SyntaxError)
})
