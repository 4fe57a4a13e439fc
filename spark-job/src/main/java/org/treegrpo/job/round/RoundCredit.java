package org.treegrpo.job.round;

import java.util.List;

/**
 * The credit of a round.
 *
 * @param leafAdvantages {@code [share][leaf]} in the share's leaf order, NaN = masked
 * @param edgeAdvantages {@code [share][edge]} in the share's edge order, NaN = masked
 * @param edgeWeights {@code [share][edge]}, the factor of each edge in the round's loss
 * @param leafTotals {@code [share][leaf]} weighted reward, NaN = masked
 * @param standardDeviation of the unmasked leaf advantages
 * @param zeroVarianceGroups prompts whose rewards were all equal
 */
public record RoundCredit(
    List<double[]> leafAdvantages,
    List<double[]> edgeAdvantages,
    List<double[]> edgeWeights,
    List<double[]> leafTotals,
    double standardDeviation,
    int zeroVarianceGroups) {}
