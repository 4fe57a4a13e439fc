package org.treegrpo.job.pretrain;

import java.nio.file.Path;
import java.util.List;

/**
 * How a pretraining ended.
 *
 * @param finished false where it stopped at {@code max-minutes}; running it again goes on
 * @param steps done
 * @param seconds spent on them, over all runs
 * @param loss of the last step
 * @param policy directory of the policy, written if finished
 * @param evaluations one a recogniser, empty if not finished
 */
public record PretrainResult(
    boolean finished,
    int steps,
    double seconds,
    double loss,
    Path policy,
    List<SpellingScore> evaluations) {

  public PretrainResult {
    evaluations = List.copyOf(evaluations);
  }
}
