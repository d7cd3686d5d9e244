// What needs a file system.
export * from '@metagrad/data/node'
