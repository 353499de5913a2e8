import { InvalidRequestError } from '../errors.js';

export interface S3Location {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  /** Of a server that is not Amazon's. */
  readonly endpoint: string | undefined;
  readonly region: string;
}

/**
 * Reads `s3://bucket/prefix`. The server's address and region come from the environment, under the names that MLflow and
 * AWS tools use.
 *
 * @throws InvalidRequestError
 */
export function parseS3Location(uri: string, environment: NodeJS.ProcessEnv): S3Location {
  const [, bucket = '', prefix = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([^?#]*))?$/.exec(uri) ?? [];
  if (bucket === '') {
    throw new InvalidRequestError(`'${uri}' does not name an S3 bucket.`, {
      remedy: 'Write s3://bucket or s3://bucket/folder.'
    });
  }
  const folder = prefix.replace(/^\/+|\/+$/g, '');
  return {
    bucket,
    prefix: folder === '' ? '' : `${folder}/`,
    endpoint:
      environment['MLFLOW_S3_ENDPOINT_URL'] ?? environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'],
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1'
  };
}
