import { useCallback, useEffect, useState } from "preact/hooks";
import { formatPlace, parsePlace, type Place } from "../model/place.ts";

/** Goes somewhere else; what is not named stays. */
export type Go = (change: Partial<Place>) => void;

/** Where in the page somebody is, as the address says. */
export function usePlace(): readonly [Place, Go] {
  const [place, setPlace] = useState(() => parsePlace(location.hash));
  useEffect(() => {
    const onChange = (): void => setPlace(parsePlace(location.hash));
    addEventListener("hashchange", onChange);
    return () => removeEventListener("hashchange", onChange);
  }, []);
  const go = useCallback((change: Partial<Place>) => {
    setPlace((before) => {
      const after = { ...before, ...change };
      history.replaceState(null, "", formatPlace(after));
      return after;
    });
  }, []);
  return [place, go];
}
