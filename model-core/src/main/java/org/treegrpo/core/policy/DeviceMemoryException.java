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
    this(
        file,
        pass,
        "a lower treegrpo.update.micro-batch or, where it learns, treegrpo.update.checkpointing = blocks",
        refusal);
  }

  private DeviceMemoryException(String file, String pass, String remedy, EngineException refusal) {
    super(
        "%s: %s needs more memory than the device has; give the device to fewer task slots, or start a new run with %s; %s"
            .formatted(file, pass, remedy, TorchRuntime.reason(refusal)),
        refusal);
  }

  /** Of a decoder, which keeps no activations. */
  static DeviceMemoryException decoding(String file, int rows, EngineException refusal) {
    return new DeviceMemoryException(
        file,
        "decoding %d latents at once".formatted(rows),
        "a lower treegrpo.policy.decode-batch (0 stands for treegrpo.update.micro-batch)",
        refusal);
  }
}
