/** Whether something grows: a line through samples by least squares. */
import { linearRegression, linearRegressionLine, mean } from 'simple-statistics';

/** A value at a time. */
export interface Sample {
  /** Seconds since the beginning. */
  readonly atS: number;
  readonly value: number;
}

/** The line through samples. */
export interface Trend {
  readonly perHour: number;
  /** Standard error of `perHour`: a shorter run says less. */
  readonly errorPerHour: number;
  readonly samples: number;
  readonly mean: number;
}

/** The trend of the samples from `fromS` on; undefined when there are fewer than three. */
export function trendOf(samples: readonly Sample[], fromS: number): Trend | undefined {
  const points = samples.filter(({ atS }) => atS >= fromS).map(({ atS, value }) => [atS, value]);
  if (points.length < 3) return undefined;
  const fit = linearRegression(points);
  const line = linearRegressionLine(fit);
  const times = points.map(([atS = 0]) => atS);
  const middle = mean(times);
  let [residuals, spread] = [0, 0];
  for (const [atS = 0, value = 0] of points) {
    residuals += (value - line(atS)) ** 2;
    spread += (atS - middle) ** 2;
  }
  const error = spread === 0 ? 0 : Math.sqrt(residuals / (points.length - 2) / spread);
  return {
    perHour: fit.m * 3_600,
    errorPerHour: error * 3_600,
    samples: points.length,
    mean: mean(points.map(([, value = 0]) => value)),
  };
}
