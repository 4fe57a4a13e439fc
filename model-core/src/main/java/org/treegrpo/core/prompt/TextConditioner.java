package org.treegrpo.core.prompt;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.treegrpo.core.policy.Conditioning;

/** Turns prompts into what a policy is conditioned on. */
public interface TextConditioner extends Closeable {

  /** The conditioning of a prompt; a {@link PromptException} where there is none. */
  Conditioning of(Prompt prompt);

  /**
   * The conditioning of the unconditional branch of guidance; a {@link PromptException} where there
   * is none.
   */
  Conditioning unconditional();

  /** Refuses, before a run starts, the first prompt that {@link #of} would refuse. */
  void check(List<Prompt> prompts);

  /** Releases the files this conditioner reads. */
  @Override
  void close() throws IOException;
}
