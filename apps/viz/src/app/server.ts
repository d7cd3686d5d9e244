import { runServerMark } from '@metagrad/runlog'

/** Whether `metagrad view` serves this page. */
export const hasServer = (): boolean => document.querySelector(`meta[name="${runServerMark}"]`) !== null
