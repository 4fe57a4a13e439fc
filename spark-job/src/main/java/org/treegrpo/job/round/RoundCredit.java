package org.treegrpo.job.round;

import java.util.List;
import org.treegrpo.core.credit.EstimatorState;
import org.treegrpo.core.credit.ShareCredit;

/**
 * The credit of a round.
 *
 * @param shares in share order
 * @param leafTotals {@code [share][leaf]} weighted reward, NaN = failed
 * @param standardDeviation of the leaf advantages
 * @param zeroVarianceGroups prompts whose rewards were all equal
 * @param next the estimator's state for the round after
 */
public record RoundCredit(
    List<ShareCredit> shares,
    List<double[]> leafTotals,
    double standardDeviation,
    int zeroVarianceGroups,
    EstimatorState next) {}
