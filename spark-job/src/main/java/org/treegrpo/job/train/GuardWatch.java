package org.treegrpo.job.train;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.treegrpo.job.guard.Guards;
import org.treegrpo.job.metrics.EvaluationRecord;
import org.treegrpo.job.metrics.GuardRecord;
import org.treegrpo.job.metrics.RoundMetrics;
import org.treegrpo.job.settings.GuardsSettings.Action;
import org.treegrpo.job.settings.Labels;

/** What the guards of a run do is written down, and told once a guard. */
final class GuardWatch {

  private final Guards guards;
  private final RunRecorder recorder;
  private final Consumer<String> people;
  private final Set<String> told = new HashSet<>();

  GuardWatch(Guards guards, RunRecorder recorder, Consumer<String> people) {
    this.guards = guards;
    this.recorder = recorder;
    this.people = people;
  }

  /**
   * Looks at a round, before a checkpoint of it is made.
   *
   * @return what ends the run, if anything does
   */
  Optional<GuardRecord> look(RoundMetrics round, int stepsLeftOut) throws IOException {
    return record(guards.look(round, stepsLeftOut));
  }

  /** The same for an evaluation; one that was looked at is passed over. */
  Optional<GuardRecord> look(EvaluationRecord evaluation) throws IOException {
    return record(guards.look(evaluation));
  }

  /** A number that is not finite ends the run. */
  GuardRecord diverged(int round, String message) throws IOException {
    GuardRecord act = guards.diverged(round, message);
    recorder.guard(act);
    return act;
  }

  private Optional<GuardRecord> record(List<GuardRecord> acts) throws IOException {
    Optional<GuardRecord> stop = Optional.empty();
    for (GuardRecord act : acts) {
      recorder.guard(act);
      if (act.action().equals(Labels.of(Action.STOP))) {
        stop = stop.or(() -> Optional.of(act));
      } else if (told.add(act.guard() + act.action())) {
        people.accept("warning: " + act.text());
      }
    }
    return stop;
  }
}
