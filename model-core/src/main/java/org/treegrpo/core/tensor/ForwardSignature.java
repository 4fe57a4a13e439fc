package org.treegrpo.core.tensor;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtSymbolBlock;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What arguments a module's {@code forward} takes. DJL does not tell; libtorch does, in what it
 * answers to a call without arguments.
 */
final class ForwardSignature {

  private static final Pattern DECLARATION = Pattern.compile("Declaration: forward\\(([^)]*)\\)");

  private ForwardSignature() {}

  /**
   * Their names in {@code forward}, without {@code self}.
   *
   * @throws EngineException when the module has no {@code forward} with at least one argument
   */
  static List<String> arguments(PtSymbolBlock block) {
    try {
      block.forward().close();
    } catch (EngineException e) {
      Matcher declaration = DECLARATION.matcher(String.valueOf(e.getMessage()));
      if (declaration.find()) {
        return Arrays.stream(declaration.group(1).split(",", -1))
            .skip(1)
            .map(argument -> argument.replaceFirst("=.*", "").strip().replaceFirst(".*\\s", ""))
            .toList();
      }
      throw e;
    }
    throw new EngineException("forward takes no argument, needs the images at least");
  }
}
