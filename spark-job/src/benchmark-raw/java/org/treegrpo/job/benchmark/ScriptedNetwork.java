package org.treegrpo.job.benchmark;

import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NamedTensor;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.named_parameter_iterator;
import org.bytedeco.pytorch.named_parameter_list;

/** The TorchScript file of the network, loaded by libtorch itself. */
final class ScriptedNetwork implements RawNetworkMain.Forward {

  private final JitModule module;

  ScriptedNetwork(String archive) {
    torch.setGraphExecutorOptimize(false);
    module = torch.load(archive);
  }

  Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new TreeMap<>();
    named_parameter_list named = module.named_parameters(true);
    named_parameter_iterator next = named.begin();
    for (long i = 0; i < named.size(); i++) {
      NamedTensor entry = next.multiply();
      parameters.put(entry.name().getString(), new Tensor(entry.value()));
      next.increment();
    }
    return parameters;
  }

  @Override
  public Tensor apply(Tensor latent, Tensor timestep, Tensor characters) {
    IValueVector inputs =
        new IValueVector(new IValue(latent), new IValue(timestep), new IValue(characters));
    return module.forward(inputs).toTensor();
  }
}
