/** What is used of jstat, which has no types of its own. */
declare module 'jstat' {
  const jstat: {
    readonly studentt: {
      /** Share of Student's t distribution with `freedom` degrees below `t`. */
      cdf(t: number, freedom: number): number;
    };
  };
  export default jstat;
}
