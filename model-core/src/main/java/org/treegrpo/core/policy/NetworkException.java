package org.treegrpo.core.policy;

import ai.djl.engine.EngineException;
import org.treegrpo.core.base.UserError;
import org.treegrpo.core.tensor.TorchRuntime;

/**
 * A network of a policy directory does not load or does not keep its contract; the message names
 * its file and says how.
 */
public final class NetworkException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  /**
   * @param file the archive, as {@code policy.json} or the caller names it
   * @param problem the rule that is broken, and what was found
   */
  public NetworkException(Object file, String problem) {
    super(file + ": " + problem);
  }

  private NetworkException(String message, NetworkException same) {
    super(message, same);
  }

  /** The same about the files of another directory, of which that one is a copy. */
  public NetworkException about(String original, String copy) {
    return new NetworkException(String.valueOf(getMessage()).replace(copy, original), this);
  }

  NetworkException(Object file, String rule, EngineException refusal) {
    super("%s: %s; %s".formatted(file, rule, TorchRuntime.reason(refusal)), refusal);
  }
}
