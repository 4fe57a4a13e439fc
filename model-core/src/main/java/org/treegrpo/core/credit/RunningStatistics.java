package org.treegrpo.core.credit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * DDPO's advantages (ALGORITHMS.md section 3): the mean and the standard deviation are those of the
 * last rewards of the same prompt, this round's included. Until there are {@code buffer} of them
 * they are those of the whole round.
 */
public record RunningStatistics() implements EstimatorFactory {

  @Override
  public String name() {
    return "running";
  }

  @Override
  public Estimator create(AdvantageSettings settings, RewardWeights weights) {
    return new Running(settings, new Combination(settings.aggregation(), weights));
  }

  private record Running(AdvantageSettings settings, Combination combination) implements Estimator {

    @Override
    public EstimatorState initial() {
      return RewardHistory.EMPTY;
    }

    @Override
    public EstimatorState restore(byte[] saved) {
      return RewardHistory.read(saved);
    }

    @Override
    public Estimate estimate(EstimatorState state, List<RewardGroup> groups) {
      Map<String, double[]> history = new HashMap<>(((RewardHistory) state).values());
      List<double[]> values =
          combination.of(
              groups.stream().map(RewardGroup::rewards).toList(),
              (column, scores) -> normalise(column, scores, groups, history));
      return new Estimate(RoundAdvantages.of(values, settings.clamp()), new RewardHistory(history));
    }

    private List<double[]> normalise(
        int column,
        List<double[]> scores,
        List<RewardGroup> groups,
        Map<String, double[]> history) {
      Moments round = Moments.of(scores.stream().flatMapToDouble(Arrays::stream).toArray());
      List<double[]> normalised = new ArrayList<>();
      for (int group = 0; group < groups.size(); group++) {
        double[] own = scores.get(group);
        double[] last =
            history.merge(
                RewardHistory.key(column, groups.get(group).promptId()),
                RewardHistory.last(settings.buffer(), RewardHistory.scored(own)),
                (before, now) -> RewardHistory.last(settings.buffer(), before, now));
        Moments moments =
            last == null || last.length < settings.buffer() ? round : Moments.of(last);
        normalised.add(
            moments.centred(own, moments.standardDeviation(settings.ddof()) + settings.epsilon()));
      }
      return normalised;
    }
  }
}
