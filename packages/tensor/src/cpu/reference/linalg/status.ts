/**
 * What a factorization reports: 0 when all went well, a positive number that each routine explains (the 1-based pivot or
 * minor that failed, or how many values did not converge), or {@link NON_FINITE}. The caller turns it into an error.
 */
export type Status = number

/** The input holds NaN or an infinity, so an iterative routine did not start. */
export const NON_FINITE: Status = -1
