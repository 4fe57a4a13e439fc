package org.treegrpo.job.session;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.treegrpo.job.checkpoint.CheckpointState;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RunJson;
import org.treegrpo.job.settings.BudgetSettings;
import org.treegrpo.job.settings.TrainSettings;

/**
 * How long a run goes on: rounds, seconds, evaluations of the network, images; whichever ends
 * first. It is looked at between rounds only, so a run may spend the rest of its last round more.
 * Every checkpoint keeps what was spent, so that a resume is no way around it.
 */
public final class Budget {

  private static final String ROUNDS = "rounds";
  private static final String EXTRA = "spent";

  private final int rounds;
  private final BudgetSettings limits;
  private Spent spent;

  private Budget(TrainSettings settings, Spent spent) {
    this.rounds = settings.rounds();
    this.limits = settings.budget();
    this.spent = spent;
  }

  /** Of a run that starts. */
  public static Budget of(TrainSettings settings) {
    return new Budget(settings, Spent.NOTHING);
  }

  /**
   * Of a run that goes on.
   *
   * @param start its checkpoint
   * @param recorded metrics of those rounds; only a checkpoint of a version that kept no budget
   *     needs them, and rounds that they lack count as much as the mean of the others
   * @throws BudgetException if there is a limit and nothing tells what was spent
   */
  public static Budget of(
      TrainSettings settings, CheckpointState start, List<RoundMetrics> recorded) {
    return new Budget(
        settings, kept(start).orElseGet(() -> summed(settings.budget(), start.round(), recorded)));
  }

  private static Optional<Spent> kept(CheckpointState start) {
    return Optional.ofNullable(start.extra().get(EXTRA))
        .map(
            line -> {
              try {
                return RunJson.read(line, Spent.class);
              } catch (JsonProcessingException e) {
                throw new BudgetException(
                    "state.json: extra.%s must be what the run has spent, is %s"
                        .formatted(EXTRA, line));
              }
            });
  }

  private static Spent summed(BudgetSettings limits, int finished, List<RoundMetrics> recorded) {
    Spent sum = Spent.NOTHING;
    for (RoundMetrics round : recorded) {
      sum = sum.plus(round);
    }
    if (sum.rounds() > 0) {
      return sum.scaledTo(finished);
    }
    boolean limited = limits.seconds() > 0 || limits.evaluations() > 0 || limits.images() > 0;
    if (limited && finished > 0) {
      throw new BudgetException(
          "treegrpo.budget: nothing tells what the %d rounds done have spent: an older version made the checkpoint, and metrics.jsonl is empty; bring the file back, or resume without a budget"
              .formatted(finished));
    }
    return new Spent(finished, 0, 0, 0);
  }

  /** Counts a round that is done. */
  public void spend(RoundMetrics round) {
    spent = spent.plus(round);
  }

  /** Seconds spent so far, those before a resume included. */
  public double seconds() {
    return spent.seconds();
  }

  /**
   * What a checkpoint keeps.
   *
   * @return an entry of {@code extra} in {@code state.json}
   */
  public Map<String, String> extra() {
    return Map.of(EXTRA, RunJson.line(spent));
  }

  /**
   * The limit that has ended the run.
   *
   * @return its key, without the root; empty while the run may go on
   */
  public Optional<String> endedBy() {
    if (spent.rounds() >= rounds) {
      return Optional.of(ROUNDS);
    }
    if (limits.seconds() > 0 && spent.seconds() >= limits.seconds()) {
      return Optional.of("budget.seconds");
    }
    if (limits.evaluations() > 0 && spent.evaluations() >= limits.evaluations()) {
      return Optional.of("budget.evaluations");
    }
    if (limits.images() > 0 && spent.images() >= limits.images()) {
      return Optional.of("budget.images");
    }
    return Optional.empty();
  }

  /** A line for people about a run that ended before its last round. */
  public Optional<String> remark() {
    return endedBy()
        .filter(key -> !key.equals(ROUNDS))
        .map(
            key ->
                "ended by treegrpo.%s after round %d of %d; spent: %.1f s, %d evaluations, %d images; raise it and resume to go on"
                    .formatted(
                        key,
                        spent.rounds(),
                        rounds,
                        spent.seconds(),
                        spent.evaluations(),
                        spent.images()));
  }
}
