// On the pages where a password is chosen: show it, and say while it is typed what the server
// would refuse of it. Members' pages load this file alone, in whatever browser they have, so it
// is written as of 2011; the console's bundle takes it in.
(function () {
  "use strict";

  function each(list, fn) {
    Array.prototype.forEach.call(list, fn);
  }

  each(document.querySelectorAll("[data-show-password]"), function (button) {
    button.hidden = false;
    button.removeAttribute("hidden");
    button.addEventListener("click", function () {
      var shown = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(shown));
      button.textContent = button.getAttribute(shown ? "data-hide" : "data-show");
      each(button.getAttribute("data-show-password").split(" "), function (id) {
        var field = document.getElementById(id);
        if (field) field.type = shown ? "text" : "password";
      });
    });
  });

  each(document.querySelectorAll("[data-strength-of]"), function (out) {
    var field = document.getElementById(out.getAttribute("data-strength-of"));
    var timer;
    var asking;

    function say(is, text) {
      out.setAttribute("data-is", is);
      out.textContent = text;
    }

    // ask has the password judged by the rule that will accept or refuse it. It goes in a body,
    // never in an address; what the server cannot be asked is left unsaid.
    function ask() {
      var request = new XMLHttpRequest();
      var body = "lang=" + encodeURIComponent(document.documentElement.lang);
      each(field.form.querySelectorAll('[name="csrf"], [name="password"], [name="current_password"]'), function (part) {
        body += "&" + part.name + "=" + encodeURIComponent(part.value);
      });
      request.open("POST", out.getAttribute("data-ask"));
      request.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
      request.onload = function () {
        var refused;
        if (request !== asking || request.status !== 200) return;
        try {
          refused = JSON.parse(request.responseText).refused;
        } catch (e) {
          return; // another page answered, as when a session has ended
        }
        say(refused ? "refused" : "enough", refused || out.getAttribute("data-enough"));
      };
      asking = request;
      request.send(body);
    }

    field.addEventListener("input", function () {
      clearTimeout(timer);
      asking = null;
      say("", "");
      if (field.value) timer = setTimeout(ask, 400);
    });
    each(field.form.querySelectorAll('input[autocomplete$="-password"]'), function (one) {
      one.addEventListener("input", function () { forgive(one); });
    });
  });

  // forgive takes a field's refusal away, and the summary, as each field says its own.
  function forgive(field) {
    each([document.getElementById("problems"), document.getElementById(field.id + "-problem")], function (said) {
      if (said) said.parentNode.removeChild(said);
    });
    field.removeAttribute("aria-invalid");
    var around = field.parentNode;
    while (around && !/(^| )field( |$)/.test(around.className)) around = around.parentNode;
    if (around) around.className = around.className.replace(/ ?refused/, "");
  }

  var problems = document.getElementById("problems");
  if (problems) problems.focus();
})();
