package org.treegrpo.core.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How TorchScript source declares a module.
 *
 * @param parameters names of the attributes that are parameters
 * @param attributes names of all attributes, in order
 * @param forwardArguments names of those of {@code forward}, without {@code self}
 */
record ModuleClass(
    List<String> parameters, List<String> attributes, List<String> forwardArguments) {

  private static final String CLASS = "class ";
  private static final String MODULE = "(Module):";
  private static final String PARAMETERS = "__parameters__ = [";
  private static final String ANNOTATION = "__annotations__[";
  private static final String FORWARD = "def forward(";

  private ModuleClass() {
    this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  /** The modules that a source file declares, by simple name. */
  static Map<String, ModuleClass> parse(String source) {
    Map<String, ModuleClass> classes = new TreeMap<>();
    ModuleClass current = new ModuleClass();
    StringBuilder forward = new StringBuilder();
    for (String line : (Iterable<String>) source.lines()::iterator) {
      if (line.startsWith(CLASS)) {
        current = new ModuleClass();
        if (line.endsWith(MODULE)) {
          String name = line.substring(CLASS.length(), line.length() - MODULE.length());
          classes.put(name, current);
        }
      } else if (!forward.isEmpty() || line.startsWith("  " + FORWARD)) {
        forward.append(line.strip()).append(' ');
        if (line.endsWith(":")) {
          current.forward(forward.substring(FORWARD.length(), forward.lastIndexOf(")")));
          forward.setLength(0);
        }
      } else if (line.startsWith("  ") && !line.startsWith("   ")) {
        current.declaration(line.strip());
      }
    }
    return classes;
  }

  /** What is between the parentheses; commas may stand in the brackets of types and in texts. */
  private void forward(String arguments) {
    String plain = arguments.replaceAll("\"[^\"]*\"", "");
    for (String before = ""; !before.equals(plain); ) {
      before = plain;
      plain = plain.replaceAll("\\[[^\\[\\]]*\\]", "");
    }
    for (String argument : plain.split(",", -1)) {
      forwardArguments.add(argument.replaceFirst("[:=].*", "").strip());
    }
    forwardArguments.remove(0);
  }

  /** A line of the class's body that is not inside of a method. */
  private void declaration(String line) {
    if (line.startsWith(PARAMETERS)) {
      for (String quoted : line.substring(PARAMETERS.length(), line.indexOf(']')).split(",", -1)) {
        if (!quoted.isBlank()) {
          parameters.add(unquoted(quoted));
        }
      }
    } else if (line.startsWith(ANNOTATION)) {
      attributes.add(unquoted(line.substring(ANNOTATION.length(), line.indexOf(']'))));
    } else {
      int colon = line.indexOf(" : ");
      if (colon > 0 && line.substring(0, colon).matches("\\w+")) {
        attributes.add(line.substring(0, colon));
      }
    }
  }

  private static String unquoted(String quoted) {
    return quoted.strip().replace("\"", "");
  }
}
