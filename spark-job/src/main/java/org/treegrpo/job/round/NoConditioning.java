package org.treegrpo.job.round;

import java.util.List;
import org.treegrpo.core.policy.Conditioning;
import org.treegrpo.core.prompt.Prompt;
import org.treegrpo.core.prompt.TextConditioner;

/** For a policy without conditioning inputs: every prompt draws from the same distribution. */
final class NoConditioning implements TextConditioner {

  private static final Conditioning NONE = new Conditioning(List.of());

  @Override
  public Conditioning of(Prompt prompt) {
    return NONE;
  }

  @Override
  public Conditioning unconditional() {
    return NONE;
  }

  @Override
  public void check(List<Prompt> prompts) {}

  @Override
  public void close() {}
}
