package org.treegrpo.core.credit;

/** How several rewards become one leaf advantage (ALGORITHMS.md section 1.3). */
public enum Aggregation {
  /** A = sum_m w_m (R_m - mean_m) / (std_m + eps), the default. */
  NORMALISE_THEN_SUM,
  /** S = sum_m w_m R_m, A = (S - mean) / (std + eps). */
  SUM_THEN_NORMALISE,
  /**
   * r = sum_m (R_m - mu_m) / (sigma_m + eps), A = (r - mean) / (std + eps), lines 11-13 of
   * Algorithm 1. Our reading of its "reward statistics": mu_m is the mean over the prompt group and
   * sigma_m the std over the {@link StdScope}. As printed, r has no weights: a weight only switches
   * its reward on or off.
   */
  ALG1;
}
