package org.treegrpo.job.executor;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.TextConditioner;

/** For flight recordings: an executor reads, or makes, a prompt's conditioning for a round. */
@Name("org.treegrpo.ConditioningRead")
@Label("Conditioning Read")
@Description("An executor reads, or makes, a prompt's conditioning for a round")
@Category("TreeGRPO")
@StackTrace(false)
final class ConditioningRead extends Event {

  @Label("Prompt")
  final String prompt;

  @Label("Round")
  final int round;

  private ConditioningRead(String prompt, int round) {
    this.prompt = prompt;
    this.round = round;
  }

  /** What it is read to. */
  static Conditioning of(TextConditioner conditioner, Prompt prompt, int round) {
    ConditioningRead event = new ConditioningRead(prompt.id(), round);
    event.begin();
    try {
      return conditioner.of(prompt);
    } finally {
      event.commit();
    }
  }
}
