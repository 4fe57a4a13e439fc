package org.treegrpo.job.session;

import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.metrics.RoundMetrics.PhaseSeconds;

/**
 * What the rounds of a run have cost so far, those before a resume included. Of what a process did
 * after its last checkpoint nothing is left, and so nothing is counted.
 *
 * @param rounds whose cost this is
 * @param seconds of growing, scoring, learning and updating
 * @param evaluations of the network: rollout, training forwards and backwards
 * @param images leaves
 */
record Spent(int rounds, double seconds, long evaluations, long images) {

  static final Spent NOTHING = new Spent(0, 0, 0, 0);

  Spent {
    if (rounds < 0 || !(seconds >= 0) || evaluations < 0 || images < 0) {
      throw new IllegalArgumentException(
          "spent: must be at least 0: %d rounds, %s s, %d evaluations, %d images"
              .formatted(rounds, seconds, evaluations, images));
    }
  }

  Spent plus(RoundMetrics round) {
    PhaseSeconds phases = round.seconds();
    return new Spent(
        rounds + 1,
        seconds + phases.grow() + phases.score() + phases.learn() + phases.update(),
        evaluations + round.nfe().total(),
        images + round.leaves());
  }

  /** The same for more rounds, each as dear as the mean of these. */
  Spent scaledTo(int allRounds) {
    double factor = (double) allRounds / rounds;
    return new Spent(
        allRounds,
        seconds * factor,
        (long) Math.ceil(evaluations * factor),
        (long) Math.ceil(images * factor));
  }
}
