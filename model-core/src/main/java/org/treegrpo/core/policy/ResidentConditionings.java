package org.treegrpo.core.policy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.treegrpo.core.policy.PolicySpec.ConditioningInput;
import org.treegrpo.core.tensor.TorchRuntime;

/**
 * Conditionings on the device of a network: each is uploaded when a pass first needs it and stays
 * until others have taken its place, so that the passes of a share upload each of its prompts once.
 * Conditionings are the same if their arrays are: whoever hands a prompt in again hands in what it
 * was read to before. Belongs to one thread at a time.
 */
final class ResidentConditionings {

  private final List<ConditioningInput> inputs;
  private final NDManager manager;
  private final int most;
  private final Map<Conditioning, List<NDArray>> resident = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param manager of the network
   * @param most conditionings that stay, at least 1
   */
  ResidentConditionings(List<ConditioningInput> inputs, NDManager manager, int most) {
    this.inputs = inputs;
    this.manager = manager;
    this.most = most;
  }

  /**
   * The conditioning inputs of a pass, {@code [rows, ..]} each.
   *
   * @param scope that owns them
   * @param rows one per row
   */
  NDList of(NDManager scope, List<Conditioning> rows) {
    List<List<NDArray>> tensors = new ArrayList<>();
    for (Conditioning row : rows) {
      tensors.add(resident.computeIfAbsent(row, this::upload));
    }
    NDList batch = new NDList();
    for (int i = 0; i < inputs.size(); i++) {
      NDList column = new NDList();
      for (List<NDArray> row : tensors) {
        column.add(row.get(i));
      }
      NDArray stacked = TorchRuntime.stack(column);
      stacked.attach(scope);
      batch.add(stacked);
    }
    evict();
    return batch;
  }

  private List<NDArray> upload(Conditioning conditioning) {
    ConditioningUpload event = new ConditioningUpload();
    event.begin();
    List<NDArray> tensors = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      ConditioningInput input = inputs.get(i);
      float[] values = conditioning.tensors().get(i);
      if (values.length != input.elements()) {
        throw new IllegalArgumentException(
            "conditioning %s: %d elements, expected shape %s"
                .formatted(input.name(), values.length, input.shape()));
      }
      long[] shape = input.shape().stream().mapToLong(Integer::longValue).toArray();
      tensors.add(TorchRuntime.upload(manager, values, 0, new Shape(shape)));
      event.bytes += (long) values.length * Float.BYTES;
    }
    event.commit();
    return tensors;
  }

  /** Those that were not used for longest go. */
  private void evict() {
    var oldest = resident.values().iterator();
    for (int surplus = resident.size() - most; surplus > 0; surplus--) {
      oldest.next().forEach(NDArray::close);
      oldest.remove();
    }
  }
}
