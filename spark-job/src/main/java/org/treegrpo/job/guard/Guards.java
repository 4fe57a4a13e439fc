package org.treegrpo.job.guard;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.settings.GuardsSettings;
import org.treegrpo.job.settings.GuardsSettings.Action;
import org.treegrpo.job.settings.GuardsSettings.Limit;
import org.treegrpo.job.settings.Labels;
import org.treegrpo.job.settings.TrainSettings;

/**
 * Watches a run. What they say and do is a function of the figures of rounds and evaluations, and
 * of what a checkpoint keeps of earlier ones: the same on one executor or many, and after a resume.
 */
public final class Guards {

  private static final String EXTRA = "guards";

  private final GuardsSettings settings;
  private final RoundMeasures measures;
  private final int evaluationsEvery;
  private double rate;
  private int loweredAfter;
  private final SortedMap<String, Integer> inARow;
  private final List<Double> norms;
  private int evaluated;
  private @Nullable EvaluationRecord first;

  private Guards(TrainSettings settings, GuardState state) {
    this.settings = settings.guards();
    this.measures = new RoundMeasures(settings);
    this.evaluationsEvery = settings.evaluation().every();
    boolean lowers =
        Arrays.stream(Guard.values()).anyMatch(guard -> action(guard) == Action.LOWER_RATE);
    this.rate = lowers ? state.rate() : 1;
    this.loweredAfter = state.loweredAfter();
    this.inARow = new TreeMap<>(state.inARow());
    this.norms = new ArrayList<>(state.norms());
    this.evaluated = state.evaluated();
    this.first = state.first();
  }

  /** Of a run that starts. */
  public static Guards of(TrainSettings settings) {
    return new Guards(settings, GuardState.START);
  }

  /**
   * Of a run that goes on.
   *
   * @param start its checkpoint; one of a version without guards has kept nothing for them
   * @param recorded evaluations so far; such a checkpoint needs the first
   * @throws GuardStateException if the checkpoint holds something else
   */
  public static Guards of(
      TrainSettings settings, CheckpointState start, List<EvaluationRecord> recorded) {
    String line = start.extra().get(EXTRA);
    try {
      Guards guards =
          new Guards(
              settings, line == null ? GuardState.START : RunJson.read(line, GuardState.class));
      if (guards.first == null && !recorded.isEmpty()) {
        guards.first = recorded.get(0);
      }
      return guards;
    } catch (JsonProcessingException e) {
      throw new GuardStateException(
          "state.json: extra.%s must be what the guards have kept, is %s".formatted(EXTRA, line));
    }
  }

  /**
   * What a checkpoint keeps.
   *
   * @return an entry of {@code extra} in {@code state.json}
   */
  public Map<String, String> extra() {
    return Map.of(
        EXTRA, RunJson.line(new GuardState(rate, loweredAfter, inARow, norms, evaluated, first)));
  }

  /** What the configured learning rate is multiplied by from now on. */
  public double rate() {
    return rate;
  }

  /**
   * Whether no guard that would stop the run counts rounds beyond its threshold: while one does, no
   * checkpoint is a good one.
   */
  public boolean areCalm() {
    return Arrays.stream(Guard.values())
        .noneMatch(guard -> action(guard) == Action.STOP && inARow.containsKey(guard.key()));
  }

  /** Whether an evaluation can stop the run. */
  public boolean stopAtEvaluations() {
    return Arrays.stream(Guard.values())
        .anyMatch(
            guard -> guard.source() == Guard.Source.EVALUATIONS && action(guard) == Action.STOP);
  }

  /**
   * Looks at a round.
   *
   * @param stepsLeftOut optimizer steps whose gradient was not finite
   * @return the guards that act
   */
  public List<GuardRecord> look(RoundMetrics round, int stepsLeftOut) {
    List<GuardRecord> acts = new ArrayList<>();
    String when = "round %d".formatted(round.round());
    for (Guard guard : Guard.values()) {
      if (guard.source() != Guard.Source.EVALUATIONS) {
        Measured measured = measures.of(guard, round, norms, stepsLeftOut);
        look(guard, round.round(), when, measured, acts);
      }
    }
    if (Double.isFinite(round.gradientNorm())) {
      norms.add(round.gradientNorm());
    }
    while (norms.size() > settings.gradientNormWindow()) {
      norms.remove(0);
    }
    return acts;
  }

  /**
   * Looks at an evaluation, if it has not done so before. The first is what later ones are held
   * against. One that the run makes because it ends lowers no learning rate: a longer run would not
   * have made it.
   *
   * @return the guards that act
   */
  public List<GuardRecord> look(EvaluationRecord evaluation) {
    List<GuardRecord> acts = new ArrayList<>();
    if (evaluation.round() > evaluated) {
      evaluated = evaluation.round();
      EvaluationRecord base = first == null ? evaluation : first;
      first = base;
      String when = "held-out after round %d".formatted(evaluation.round());
      for (Guard guard : Guard.values()) {
        if (guard.source() == Guard.Source.EVALUATIONS && evaluation.round() > base.round()) {
          double threshold = guard.limit(settings).threshold();
          Measured measured = EvaluationMeasures.of(guard, threshold, base, evaluation);
          look(guard, evaluation.round(), when, measured, acts);
        }
      }
    }
    return acts;
  }

  /**
   * A round that a number which is not finite has ended.
   *
   * @param message what was not finite
   */
  public GuardRecord diverged(int round, String message) {
    return new GuardRecord(
        round,
        Guard.NOT_FINITE.key(),
        Double.NaN,
        Double.NaN,
        Labels.of(Action.STOP),
        "round %d: %s; look at %s".formatted(round, message, Guard.NOT_FINITE.lookAt()));
  }

  private void look(
      Guard guard, int round, String when, Measured measured, List<GuardRecord> acts) {
    if (!measured.beyond() || action(guard) == Action.OFF) {
      inARow.remove(guard.key());
      return;
    }
    int count = inARow.merge(guard.key(), 1, Integer::sum);
    boolean waits = guard.source() == Guard.Source.ROUNDS && count < settings.patience();
    if (!waits) {
      inARow.remove(guard.key());
      acts.add(act(guard, round, when, measured));
    }
  }

  private GuardRecord act(Guard guard, int round, String when, Measured measured) {
    Limit limit = guard.limit(settings);
    String rule =
        Double.isNaN(limit.threshold())
            ? ""
            : " (treegrpo.guards.%s.threshold = %s)".formatted(guard.key(), limit.threshold());
    String text = "%s: %s%s; look at %s".formatted(when, measured.text(), rule, guard.lookAt());
    Action done = limit.action();
    if (done == Action.LOWER_RATE) {
      if (mayLower(guard, round, measured)) {
        rate *= settings.rateFactor();
        loweredAfter = round;
        text += "; from here on the learning rate is %s x what is configured".formatted(rate);
      } else {
        done = Action.WARN;
      }
    }
    return new GuardRecord(
        round, guard.key(), measured.value(), limit.threshold(), Labels.of(done), text);
  }

  private boolean mayLower(Guard guard, int round, Measured measured) {
    boolean rested = loweredAfter == 0 || round - loweredAfter >= settings.patience();
    boolean regular =
        guard.source() != Guard.Source.EVALUATIONS
            || (evaluationsEvery > 0 && round % evaluationsEvery == 0);
    // where the policies are one, smaller steps would keep them so
    boolean helps = guard != Guard.OLD_POLICY_GAP || measured.value() > 0;
    return rested && regular && helps;
  }

  private Action action(Guard guard) {
    return guard.limit(settings).action();
  }
}
