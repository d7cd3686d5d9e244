export { readCsvFile, readCsvFileBatches } from './csv/read-csv-file.ts'
