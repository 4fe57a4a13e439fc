package org.treegrpo.core.policy;

import ai.djl.engine.EngineException;
import org.treegrpo.core.base.UserError;
import org.treegrpo.core.tensor.TorchRuntime;

/** A pass of a network needs more memory than its device has; the message says what to change. */
public final class DeviceMemoryException extends RuntimeException implements UserError {

  private static final long serialVersionUID = 1L;

  /**
   * @param file the network's archive, as {@code policy.json} names it
   * @param pass what was tried
   */
  DeviceMemoryException(String file, String pass, EngineException refusal) {
    super(
        "%s: %s needs more memory than the device has; lower treegrpo.update.micro-batch, set treegrpo.update.checkpointing = blocks, or give a device to fewer task slots; %s"
            .formatted(file, pass, TorchRuntime.reason(refusal)),
        refusal);
  }
}
